/**
 * An object of a worker as the page calls it, by one declaration of its methods. comlink alone never settles a call to a dead worker,
 * and leaves the failure of a call without a result unhandled.
 */
import { type Remote, releaseProxy, transfer } from 'comlink';
import { type AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { WorkerConnection } from './worker-host.js';

/**
 * How a method is called: `ask` returns its result, and rejects when the worker dies; `send` returns nothing, and `listener.handleError`
 * gets its failure; `end` is a `send` after which the object is released. A function is a `send` too: it returns what to transfer.
 */
type Method<Call> = Call extends (...values: infer Values) => infer Result
  ? Result extends Promise<unknown>
    ? 'ask'
    : 'send' | 'end' | ((...values: Values) => Transferable[])
  : never;

/** One entry for each method of an object. */
export type Methods<Service> = { readonly [Name in keyof Service]: Method<Service[Name]> };

type Send = (...values: unknown[]) => Promise<unknown>;

/**
 * @param proxy What the worker has answered with.
 * @param listener Also gets the error when the worker dies before the object is released, except when it was ended on purpose.
 */
export function remote<Service extends object>(
  connection: WorkerConnection<never>,
  proxy: Remote<Service>,
  listener: { handleError(error: AvatarError): void },
  methods: Methods<Service>,
): Service {
  let isReleased = false;
  const forgetDeath = connection.onDeath((error) => {
    if (!isReleased && error.code !== ErrorCode.aborted) listener.handleError(error);
  });
  const callsOf = proxy as unknown as Record<string, Send>;

  const send = (name: string, values: unknown[]): void => {
    if (isReleased || connection.isDead) return;
    callsOf[name](...values).catch((reason: unknown) => listener.handleError(avatarErrorFrom(reason, ErrorCode.workerFailed)));
  };
  const release = (): void => {
    if (isReleased) return;
    isReleased = true;
    forgetDeath();
    if (!connection.isDead) proxy[releaseProxy]();
  };
  const caller = (name: string, method: string | ((...values: unknown[]) => Transferable[])): ((...values: unknown[]) => unknown) => {
    if (method === 'ask') return (...values) => connection.guard(callsOf[name](...values));
    if (typeof method === 'function') return (...values) => send(name, withTransfers(values, method(...values)));
    return (...values) => {
      send(name, values);
      if (method === 'end') release();
    };
  };
  const entries = Object.entries(methods as Record<string, Parameters<typeof caller>[1]>);
  return Object.fromEntries(entries.map(([name, method]) => [name, caller(name, method)])) as Service;
}

/** comlink takes what to transfer with any object among the values. */
function withTransfers(values: unknown[], transfers: Transferable[]): unknown[] {
  const at = values.findIndex((value) => typeof value === 'object' && value !== null);
  return at < 0 ? values : values.map((value, index) => (index === at ? transfer(value as object, transfers) : value));
}
