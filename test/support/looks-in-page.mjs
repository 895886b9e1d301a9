// Runs in the page, before the page's own code: looks.ts installs it and calls it.
(() => {
  const MIN_PX = 3;
  const CONTROLS = 'button, select, textarea, input:not([type=checkbox]):not([type=radio])';

  const nameOf = (node) => {
    const element = node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement;
    if (!element) return 'something that is gone';
    const place = element.id
      ? `#${element.id}`
      : element.className?.baseVal === undefined
        ? element.className
        : '';
    const text = (node.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40);
    return `${element.localName}${place ? `(${String(place).slice(0, 50)})` : ''} “${text}”`;
  };

  const shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput) shifts.push({ value, what: sources.map(({ node }) => nameOf(node)) });
  }).observe({ type: 'layout-shift', buffered: true });

  const isShown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !element.closest('.unseen, .skip, [aria-hidden=true]');

  /** The visible part of a box: scrolling frames cut it off. */
  const seenPart = (element, { left, top, right, bottom }) => {
    const part = { left, top, right, bottom };
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      const frame = at.getBoundingClientRect();
      if (overflowX !== 'visible') {
        part.left = Math.max(part.left, frame.left);
        part.right = Math.min(part.right, frame.right);
      }
      if (overflowY !== 'visible') {
        part.top = Math.max(part.top, frame.top);
        part.bottom = Math.min(part.bottom, frame.bottom);
      }
    }
    const isInside = part.right > 0 && part.left < document.documentElement.clientWidth;
    return isInside && part.right - part.left > 1 && part.bottom - part.top > 1 ? part : null;
  };

  const textsIn = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const boxes = [];
    while (walker.nextNode()) {
      const { currentNode: node } = walker;
      const { parentElement: element } = node;
      if (!node.textContent.trim() || !isShown(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        const part = seenPart(element, rect);
        if (part) boxes.push({ node, element, ...part });
      }
    }
    return boxes;
  };

  const controlsIn = (root) =>
    [...root.querySelectorAll(CONTROLS)].filter(isShown).flatMap((element) => {
      const part = seenPart(element, element.getBoundingClientRect());
      return part ? [{ node: element, element, ...part }] : [];
    });

  const belongTogether = (one, other) =>
    one.node === other.node || one.node.contains(other.node) || other.node.contains(one.node);

  const meet = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > MIN_PX &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > MIN_PX;

  const isStuck = ({ element }) => {
    for (let at = element; at; at = at.parentElement)
      if (getComputedStyle(at).position === 'sticky') return true;
    return false;
  };

  const overlapsAmong = (boxes) =>
    boxes.flatMap((one, at) =>
      boxes
        .slice(at + 1)
        .filter((other) => meet(one, other) && !belongTogether(one, other))
        .map((other) => `${nameOf(one.node)} lies over ${nameOf(other.node)}`),
    );

  const boxesIn = (selector) =>
    [...document.querySelectorAll(selector)].flatMap((root) => [...textsIn(root), ...controlsIn(root)]);

  globalThis.looks = {
    shifts,
    /**
     * What overlaps something else, at the top of the page. Sticky elements may cover what scrolls below
     * them.
     */
    overlaps: () => {
      window.scrollTo(0, 0);
      return overlapsAmong(boxesIn('header, nav, main').filter((box) => !isStuck(box)));
    },
    /** At the end of the page, the banner and sticky elements no longer hide anything. */
    overlapsAtEnd: () => {
      window.scrollTo(0, document.documentElement.scrollHeight);
      const found = overlapsAmong(boxesIn('main, .banner'));
      window.scrollTo(0, 0);
      return found;
    },
    /** Text whose end is cut off. */
    cutOff: () =>
      [...document.querySelectorAll('nav *, main *')]
        .filter((element) => isShown(element) && element.textContent.trim() !== '')
        .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth)
        .filter((element) => getComputedStyle(element).overflowX === 'hidden')
        .map((element) => `${nameOf(element)} is cut off`),
    /** What extends beyond the page on the right. */
    tooWide: () => {
      const { scrollWidth, clientWidth } = document.documentElement;
      if (scrollWidth <= clientWidth) return [];
      const out = boxesIn('header, nav, main, .banner').filter(({ right }) => right > clientWidth + 1);
      return [
        `${scrollWidth} px wide on ${clientWidth}`,
        ...out.map(({ node }) => `${nameOf(node)} sticks out`),
      ];
    },
  };
})();
