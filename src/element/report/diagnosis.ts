/** The report of `SpatiusAvatar.diagnose()`, for bug reports and support. Contains no token. */
import type { LifecycleController } from '../lifecycle-controller.js';
import type { LoggedError } from './error-log.js';
import { type DiagnosedElement, type DiagnosisFacts, gatherFacts } from './facts.js';
import { type Finding, findingsOf } from './findings.js';

export interface Diagnosis extends DiagnosisFacts {
  /** Conclusions from the facts: problems first, at least one each for mouth, sound and picture. */
  findings: Finding[];
}

export async function diagnose(element: DiagnosedElement, lifecycle: LifecycleController, errors: LoggedError[]): Promise<Diagnosis> {
  const facts = await gatherFacts(element, lifecycle, errors);
  return { ...facts, findings: findingsOf(facts) };
}
