/** Fetch-style handlers, such as the token endpoint, for Node's `http`, Express and Connect. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';

/** Express and Connect pass `next`. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse, next?: (error: unknown) => void) => void;

/**
 * `app.all('/api/session-token', toNodeHandler(createTokenEndpoint(…)))`. The body may have been read before, by `express.json()` or
 * another parser that sets `request.body`.
 *
 * @param handler A failure of it goes to `next`, or without one is answered with status 500.
 */
export function toNodeHandler(handler: (request: Request) => Response | Promise<Response>): NodeHandler {
  return (request: IncomingMessage & { body?: unknown; rawBody?: Buffer }, response, next) => {
    if (request.body !== undefined && request.readableEnded) request.rawBody ??= bytesOf(request.body);
    const options = { overrideGlobalObjects: false, ...(next && { errorHandler: (error: unknown) => next(error) }) };
    void getRequestListener(handler, options)(request, response);
  };
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
