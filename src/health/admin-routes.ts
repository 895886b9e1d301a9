import express, { type Express, type Response } from 'express';
import type { Metrics } from '../system/metrics.ts';
import { within } from '../system/within.ts';

/** One thing that a program needs. `problem` returns why it is not ready, or null. */
export interface ReadinessCheck {
  name: string;
  problem: () => Promise<string | null>;
}

/** What a program reports about itself: whether it is alive and ready, and its metrics. */
export interface AdminTools {
  checks: readonly ReadinessCheck[];
  /** Aborted when the program is told to stop: it is not ready from then on. */
  stopping: AbortSignal;
  metrics: Metrics;
  /** Updates gauges before they are read. */
  measure: () => Promise<void>;
}

/** A check that does not answer in this time counts as failed. */
export const CHECK_MS = 2000;

/** Adds `/healthz`, `/readyz` and `/metrics`. */
export function adminRoutes(app: Express, { checks, stopping, metrics, measure }: AdminTools): Express {
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'alive' });
  });
  app.get('/readyz', async (_request, response) => {
    const problems = stopping.aborted ? ['is stopping'] : await problemsOf(checks);
    response.status(problems.length === 0 ? 200 : 503);
    response.json(problems.length === 0 ? { status: 'ready' } : { status: 'not ready', problems });
  });
  app.get('/metrics', async (_request, response: Response) => {
    // A gauge that cannot be measured keeps its last value: metrics must not depend on a healthy Redis.
    await within(measure(), CHECK_MS).catch(() => undefined);
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return app;
}

/** An app with only these routes, for programs that have no other. */
export function adminApp(tools: AdminTools): Express {
  return adminRoutes(express().disable('x-powered-by'), tools);
}

async function problemsOf(checks: readonly ReadinessCheck[]): Promise<string[]> {
  return (await Promise.all(checks.map(problemOf))).filter((problem) => problem !== null);
}

/** `<name>: <what is wrong>`, or null. */
export async function problemOf({ name, problem }: ReadinessCheck): Promise<string | null> {
  try {
    const found = await within(problem(), CHECK_MS);
    return found === null ? null : `${name}: ${found}`;
  } catch {
    return `${name}: does not answer`;
  }
}
