import {
  IconArrowsShuffle,
  IconBuildingStore,
  IconChartBar,
  IconFingerprint,
  IconGauge,
  IconHistory,
  IconInbox,
  IconKey,
  IconListCheck,
  IconLock,
  IconPackage,
  IconParking,
  IconPlayerPause,
  IconReportMoney,
  IconRoute,
  IconSend,
  IconStethoscope,
  type Icon,
} from '@tabler/icons-react';
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

interface PageRow {
  /** In wouter's syntax. */
  path: string;
  title: string;
  Page: LazyExoticComponent<ComponentType>;
  /** Only for pages in the navigation: `g` and this letter open the page. */
  key?: string;
  icon?: Icon;
}

/** Each page is a chunk of its own, loaded when the page is opened. */
const page = (load: () => Promise<ComponentType>) => lazy(async () => ({ default: await patiently(load) }));

/** Half a minute: a restarting dashboard is back by then. Later tries are useless: a newer build renames chunks. */
const TRIES = 10;
const PAUSE_MS = 3000;

/** Retries a chunk that fails to load, because the dashboard may be restarting. */
async function patiently(load: () => Promise<ComponentType>): Promise<ComponentType> {
  for (let tried = 1; tried < TRIES; tried += 1) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  return await load();
}

/** Every page. Those with a key are in the navigation, in this order. */
export const PAGES: readonly PageRow[] = [
  {
    path: '/',
    title: 'Overview',
    key: 'o',
    icon: IconGauge,
    Page: page(async () => (await import('../overview/overview.tsx')).OverviewPage),
  },
  {
    path: '/orders',
    title: 'Orders',
    key: 'r',
    icon: IconPackage,
    Page: page(async () => (await import('../orders/orders.tsx')).OrdersPage),
  },
  {
    path: '/orders/:shop/:orderId',
    title: 'Order',
    Page: page(async () => (await import('../order/order.tsx')).OrderPage),
  },
  {
    path: '/events',
    title: 'Events',
    key: 'e',
    icon: IconArrowsShuffle,
    Page: page(async () => (await import('../events/events.tsx')).EventsPage),
  },
  {
    path: '/events/:event',
    title: 'Event',
    Page: page(async () => (await import('../events/event.tsx')).EventPage),
  },
  {
    path: '/parked',
    title: 'Parked',
    key: 'p',
    icon: IconParking,
    Page: page(async () => (await import('../parked/parked.tsx')).ParkedPage),
  },
  {
    path: '/locks',
    title: 'Locks',
    key: 'l',
    icon: IconLock,
    Page: page(async () => (await import('../locks/locks.tsx')).LocksPage),
  },
  {
    path: '/mailboxes',
    title: 'Mailboxes',
    key: 'm',
    icon: IconInbox,
    Page: page(async () => (await import('../mailboxes/mailboxes.tsx')).MailboxesPage),
  },
  {
    path: '/mailboxes/:shop/:orderId',
    title: 'Mailbox',
    Page: page(async () => (await import('../mailboxes/mailbox.tsx')).MailboxPage),
  },
  {
    path: '/queues',
    title: 'Queues',
    key: 'q',
    icon: IconPlayerPause,
    Page: page(async () => (await import('../queues/queues.tsx')).QueuesPage),
  },
  {
    path: '/dedupe',
    title: 'Dedupe',
    key: 'd',
    icon: IconFingerprint,
    Page: page(async () => (await import('../dedupe/dedupe.tsx')).DedupePage),
  },
  {
    path: '/destinations',
    title: 'Destinations',
    key: 'n',
    icon: IconRoute,
    Page: page(async () => (await import('../destinations/destinations.tsx')).DestinationsPage),
  },
  {
    path: '/destinations/:name',
    title: 'Destination',
    Page: page(async () => (await import('../destinations/destination.tsx')).DestinationPage),
  },
  {
    path: '/effects',
    title: 'Effects',
    key: 'f',
    icon: IconSend,
    Page: page(async () => (await import('../effects/effects.tsx')).EffectsPage),
  },
  {
    path: '/effects/:id',
    title: 'Effect',
    Page: page(async () => (await import('../effects/effect.tsx')).EffectPage),
  },
  {
    path: '/shops',
    title: 'Shops',
    key: 's',
    icon: IconBuildingStore,
    Page: page(async () => (await import('../shops/shops.tsx')).ShopsPage),
  },
  {
    path: '/shops/:shop',
    title: 'Shop',
    Page: page(async () => (await import('../shops/shop.tsx')).ShopPage),
  },
  {
    path: '/reports',
    title: 'Reports',
    key: 'b',
    icon: IconReportMoney,
    Page: page(async () => (await import('../reports/reports.tsx')).ReportsPage),
  },
  {
    path: '/reconciles',
    title: 'Reconciliation',
    Page: page(async () => (await import('../reconciliation/reconciles.tsx')).ReconcilesPage),
  },
  {
    path: '/completeness',
    title: 'Completeness',
    Page: page(async () => (await import('../completeness/checks.tsx')).ChecksPage),
  },
  {
    path: '/completeness/:id',
    title: 'Completeness check',
    Page: page(async () => (await import('../completeness/check.tsx')).CheckPage),
  },
  {
    path: '/requests',
    title: 'Privacy requests',
    Page: page(async () => (await import('../requests/requests.tsx')).RequestsPage),
  },
  {
    path: '/audit',
    title: 'Audit',
    key: 'a',
    icon: IconHistory,
    Page: page(async () => (await import('../audit/audit.tsx')).AuditPage),
  },
  {
    path: '/load-tests',
    title: 'Load tests',
    key: 't',
    icon: IconChartBar,
    Page: page(async () => (await import('../load-tests/load-tests.tsx')).LoadTestsPage),
  },
  {
    path: '/doctor',
    title: 'Doctor',
    key: 'c',
    icon: IconStethoscope,
    Page: page(async () => (await import('../doctor/doctor.tsx')).DoctorPage),
  },
  {
    path: '/verify',
    title: 'Verify',
    key: 'v',
    icon: IconListCheck,
    Page: page(async () => (await import('../verify/verify.tsx')).VerifyPage),
  },
  {
    path: '/tokens',
    title: 'Tokens',
    key: 'k',
    icon: IconKey,
    Page: page(async () => (await import('../tokens/tokens.tsx')).TokensPage),
  },
];
