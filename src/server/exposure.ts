/**
 * Keeps a server that is set up for development from serving the internet: without strong keys and a decision who may have tokens it
 * works on this machine alone.
 */
import type { IncomingHttpHeaders } from 'node:http';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { isForwarded, isLocalAddress, isLoopbackHost } from './client-address.js';
import { MAKE_SECRET_COMMAND, MIN_SECRET_BITS, secretBits } from './secret-strength.js';

export interface ExposureOptions {
  /** Keys and secrets with their names. */
  secrets: () => readonly (readonly [name: string, secret: string])[];
  /** Whether the operator has decided who may have tokens. */
  hasTokenPolicy: boolean;
  /** Serves the local network without keys or policy. */
  isForLocalNetwork: boolean;
}

/** A refusal that a client may see: it names no setting. */
const CLOSED = 'This server is not set up for clients of other machines';

export class Exposure {
  private readonly options: ExposureOptions;
  private checked: { secrets: unknown; faults: string[] } | null = null;

  constructor(options: ExposureOptions) {
    this.options = options;
  }

  /** What is missing before other machines may be served. */
  get faults(): readonly string[] {
    const secrets = this.options.secrets();
    if (this.checked?.secrets !== secrets) this.checked = { secrets, faults: this.faultsOf(secrets) };
    return this.checked.faults;
  }

  private faultsOf(secrets: ReturnType<ExposureOptions['secrets']>): string[] {
    const weak = secrets.filter(([, secret]) => secretBits(secret) < MIN_SECRET_BITS);
    const faults = weak.map(([name]) => `the ${name} has less than ${MIN_SECRET_BITS} bits; make one with: ${MAKE_SECRET_COMMAND}`);
    if (!this.options.hasTokenPolicy) {
      faults.push(
        'it is not decided who may have tokens: set tokenEndpoint to { authorize }, "public" or false (serve: --token-endpoint public or off)',
      );
    }
    return faults;
  }

  /** @throws {AvatarError} `invalidConfiguration` */
  checkHost(host: string): void {
    if (isLoopbackHost(host) || this.options.isForLocalNetwork) return;
    const { faults } = this;
    if (faults.length === 0) return;
    const list = faults.map((fault) => `\n  - ${fault}`).join('');
    throw new AvatarError(
      ErrorCode.invalidConfiguration,
      `cannot listen on ${host}, which other machines reach:${list}\nFor tests in a local network alone: allowLocalNetwork (serve: --local-network).`,
    );
  }

  /** Why a request gets no token and no session, in a form that clients may see, or null. */
  refusalOf(peer: string | undefined, headers: IncomingHttpHeaders): string | null {
    if (this.faults.length === 0) return null;
    if (isForwarded(Object.keys(headers))) return CLOSED;
    if (isLoopbackHost(headers.host ?? '')) return null;
    return this.options.isForLocalNetwork && isLocalAddress(peer) ? null : CLOSED;
  }
}
