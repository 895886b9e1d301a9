import { randomBytes } from 'node:crypto';
import { linesOf, type Line } from './bulk-lines.ts';
import type { Node } from './graphql-node.ts';

/**
 * Bulk operations: a query without pages that runs in the background and writes its result to a file of JSON
 * lines. Lists that are connections become separate lines, which name their parent in `__parentId`.
 */
type BulkStatus = 'CREATED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELED';

interface Operation {
  gid: string;
  query: string;
  status: BulkStatus;
  errorCode: string | null;
  createdAt: Date;
  completedAt: Date | null;
  objects: number;
  roots: number;
  /** Null if the operation found nothing: then there is no file and no URL. */
  file: { name: string; text: string } | null;
}

/** How long each step of an operation takes, before scaling. */
const STEP_MS = 2_000;
const AT_ONCE = 5;

export interface BulkTools {
  timeScale: number;
  /** The download URL of a file. */
  urlOf: (file: string) => string;
  root: () => Node;
}

export class BulkOperations {
  readonly #tools: BulkTools;
  readonly #operations: Operation[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #ending: 'COMPLETED' | 'FAILED' = 'COMPLETED';

  constructor(tools: BulkTools) {
    this.#tools = tools;
  }

  /** How operations that are still running will end. */
  willEnd(ending: 'COMPLETED' | 'FAILED'): void {
    this.#ending = ending;
  }

  /** The files are deleted, as after seven days. */
  expireFiles(): void {
    for (const { file } of this.#operations) if (file) file.name = '';
  }

  /** @returns the text of a file; null if there is no file of this name */
  download(name: string): string | null {
    return this.#operations.find(({ file }) => file?.name === name)?.file?.text ?? null;
  }

  /** The payload of `bulkOperationRunQuery`. */
  run(query: string): Node {
    const problem = this.#refusalOf(query);
    if (problem) return payload(null, [problem]);
    const operation: Operation = {
      gid: `gid://shopify/BulkOperation/${7_000_000_000 + this.#operations.length}`,
      query,
      status: 'CREATED',
      errorCode: null,
      createdAt: new Date(),
      completedAt: null,
      objects: 0,
      roots: 0,
      file: null,
    };
    this.#operations.push(operation);
    this.#after(() => {
      if (operation.status !== 'CREATED') return;
      operation.status = 'RUNNING';
      this.#after(() => this.#end(operation));
    });
    return payload(this.#node(operation), []);
  }

  /** The payload of `bulkOperationCancel`. */
  cancel(gid: string): Node {
    const operation = this.#operations.find((each) => each.gid === gid);
    if (!operation) return payload(null, ['Bulk operation does not exist']);
    if (operation.completedAt)
      return payload(this.#node(operation), ['Cannot cancel an operation that has ended']);
    operation.status = 'CANCELED';
    operation.completedAt = new Date();
    return payload(this.#node(operation), []);
  }

  find(gid: unknown): Node | null {
    const operation = this.#operations.find((each) => each.gid === gid);
    return operation ? this.#node(operation) : null;
  }

  newest(): Node | null {
    const operation = this.#operations.at(-1);
    return operation ? this.#node(operation) : null;
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #refusalOf(query: string): string | null {
    if (this.#operations.filter(({ completedAt }) => completedAt === null).length >= AT_ONCE)
      return 'A bulk query operation for this app and shop is already in progress';
    try {
      this.#lines(query);
      return null;
    } catch (error) {
      return `Invalid bulk query: ${(error as Error).message}`;
    }
  }

  #end(operation: Operation): void {
    if (operation.status !== 'RUNNING') return;
    operation.completedAt = new Date();
    operation.status = this.#ending;
    if (this.#ending === 'FAILED') {
      operation.errorCode = 'INTERNAL_SERVER_ERROR';
      return;
    }
    try {
      const lines = this.#lines(operation.query);
      operation.objects = lines.length;
      operation.roots = lines.filter((line) => !('__parentId' in line)).length;
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      operation.file = text ? { name: `bulk-${randomBytes(16).toString('hex')}.jsonl`, text } : null;
    } catch {
      operation.status = 'FAILED';
      operation.errorCode = 'INTERNAL_SERVER_ERROR';
    }
  }

  #lines(query: string): Line[] {
    return linesOf(this.#tools.root(), query);
  }

  #after(act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, STEP_MS * this.#tools.timeScale);
    this.#timers.add(timer);
  }

  #node(operation: Operation): Node {
    const { file } = operation;
    return {
      __typename: 'BulkOperation',
      id: operation.gid,
      status: operation.status,
      errorCode: operation.errorCode,
      createdAt: operation.createdAt.toISOString(),
      completedAt: operation.completedAt?.toISOString() ?? null,
      objectCount: String(operation.objects),
      rootObjectCount: String(operation.roots),
      fileSize: file ? String(Buffer.byteLength(file.text)) : null,
      url: file ? this.#tools.urlOf(file.name || 'expired') : null,
      partialDataUrl: null,
      query: operation.query,
      type: 'QUERY',
    };
  }
}

function payload(bulkOperation: Node | null, problems: string[]): Node {
  return {
    __typename: 'BulkOperationPayload',
    bulkOperation,
    userErrors: problems.map((message) => ({ __typename: 'UserError', field: ['query'], message })),
  };
}
