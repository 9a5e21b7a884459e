import type { ServerFrame, Uuid } from '@parley/contracts';

/**
 * I7 as one client sees it: what the chunks of the claim that won have said is the beginning of the final text of a
 * completed answer, letter by letter. (The embedded log keeps no chunks over a restart, so the log cannot be asked.)
 */
export class AnswerWatch {
  readonly #texts = new Map<Uuid, { claim: number; text: string; whole: boolean }>();
  /** What was wrong, in words. */
  readonly faults: string[] = [];
  /** How many answers were compared. */
  compared = 0;

  constructor(private readonly client: string) {}

  /** Whoever reconnects is given the text so far anew. */
  reconnected(): void {
    this.#texts.clear();
  }

  heard(frame: ServerFrame): void {
    if (frame.type === 'reply.chunk') this.#chunk(frame.reply_id, frame);
    else if (frame.type === 'reply.settled') {
      const known = this.#texts.get(frame.reply_id);
      this.#texts.delete(frame.reply_id);
      if (known === undefined || !known.whole || known.claim !== frame.claim) return;
      if (frame.status !== 'completed') return;
      this.compared += 1;
      if (frame.content.startsWith(known.text)) return;
      this.faults.push(
        `${this.client}: the chunks of answer ${frame.reply_id} said ${JSON.stringify(known.text)}, ` +
          `its final text is ${JSON.stringify(frame.content)}`,
      );
    }
  }

  #chunk(id: Uuid, chunk: { claim: number; offset: number; text: string }): void {
    let known = this.#texts.get(id);
    if (known?.claim !== chunk.claim) {
      known = { claim: chunk.claim, text: '', whole: chunk.offset === 0 };
      this.#texts.set(id, known);
      if (!known.whole) return;
    }
    if (chunk.offset === 0) known.whole = true;
    if (chunk.offset > known.text.length) return;
    known.text = known.text.slice(0, chunk.offset) + chunk.text;
  }
}
