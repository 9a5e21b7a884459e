/**
 * What a worker owes a reply of a partition that it owns: a function of the reply's state and of what it has in hand, so
 * that it does not matter which records it happened to see, or what became of whoever worked on it before.
 */
import type { Seq } from '@parley/contracts';
import type { ReplyState } from '@parley/domain';

/** What this worker is doing about a reply. */
export type InHand =
  | { readonly state: 'nothing' }
  /** On its way to a claim: waiting for a stream, reading the context, or for its `reply.started` to be read back. */
  | { readonly state: 'preparing' }
  /** Its claim was read back, and the provider is asked. */
  | { readonly state: 'writing'; readonly claim: Seq }
  /** Its `reply.settled` is on its way; the verdict on that decides. */
  | { readonly state: 'settling' };

export type Duty =
  /** Go on, or stay away. */
  | { readonly act: 'nothing' }
  /** Claim it and ask the provider. What is in hand under an older claim ends first. */
  | { readonly act: 'answer'; readonly attempt: number }
  /** Too many attempts failed: claim it and settle it as failed. */
  | { readonly act: 'fail'; readonly attempt: number }
  /** It was closed: end what is in hand and settle it as stopped, with the text so far. */
  | { readonly act: 'settle_stopped' }
  /** It is settled: end what is in hand. */
  | { readonly act: 'let_go' };

/**
 * A reply asked longer ago than this is not handed over for free any more: each takeover counts as a failed attempt, so
 * that a question that kills its workers after their first words comes to an end, too.
 */
export const FREE_HANDOVER_MS = 10 * 60_000;

export interface DutyFacts {
  readonly reply: Pick<ReplyState, 'status' | 'claim' | 'attempt' | 'closed' | 'asked_at'>;
  readonly inHand: InHand;
  /** Whether anything was heard of the text of the reply's present claim. */
  readonly progress: boolean;
  readonly maxAttempts: number;
  /** Unix ms. */
  readonly now: number;
}

/** What is owed now. */
export function dutyOf(facts: DutyFacts): Duty {
  const { reply, inHand } = facts;
  if (inHand.state === 'settling') return { act: 'nothing' };
  if (reply.status === 'settled') {
    return { act: inHand.state === 'nothing' ? 'nothing' : 'let_go' };
  }
  if (reply.closed !== null) return { act: 'settle_stopped' };
  if (inHand.state === 'preparing') return { act: 'nothing' };
  if (reply.status === 'asked') {
    return inHand.state === 'writing' ? { act: 'nothing' } : { act: 'answer', attempt: 1 };
  }
  if (inHand.state === 'writing' && inHand.claim === reply.claim) return { act: 'nothing' };
  return takeOver(facts);
}

/** The claim is another's, or one of our own that nobody works on any more. */
function takeOver({ reply, progress, maxAttempts, now }: DutyFacts): Duty {
  const failed = !progress || now - reply.asked_at > FREE_HANDOVER_MS;
  if (!failed) return { act: 'answer', attempt: Math.max(1, reply.attempt) };
  if (reply.attempt >= maxAttempts) return { act: 'fail', attempt: reply.attempt };
  return { act: 'answer', attempt: reply.attempt + 1 };
}
