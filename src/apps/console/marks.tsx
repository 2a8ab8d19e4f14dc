// Small marks that carry meaning: the light of a clock, 待核, an amount, an instant. Colour is never alone; a word says the same.

import { useNow } from './session.tsx';
import { dueZh, instantZh, lightZh, shortNo, whenZh, yuan, type Light } from './words.ts';

const shapes: Readonly<Record<Light, string>> = { green: '●', yellow: '▲', red: '■' };

export function LightMark({ light, word = lightZh[light] }: { readonly light: Light; readonly word?: string }) {
  return (
    <span className={`mark ${light}`}>
      <span aria-hidden="true">{shapes[light]}</span> {word}
    </span>
  );
}

/** The basis behind a number has not been checked against the source yet. */
export function NeedsCheck() {
  return (
    <span className="mark yellow" title="依据尚未核对原文，上线前须核实">
      待核
    </span>
  );
}

export function Tag({
  tone = 'plain',
  children,
}: {
  readonly tone?: 'plain' | 'accent' | Light;
  readonly children: React.ReactNode;
}) {
  return <span className={`mark ${tone}`}>{children}</span>;
}

/** The end of a long number; copied by itself, it is whole. */
export function Serial({ no }: { readonly no: string }) {
  return (
    <span
      className="mono"
      title={no}
      onCopy={(event) => {
        if (getSelection()?.toString().trim() !== shortNo(no)) return;
        event.clipboardData.setData('text/plain', no);
        event.preventDefault();
      }}
    >
      {shortNo(no)}
    </span>
  );
}

export function Money({ fen, strong = false }: { readonly fen: number; readonly strong?: boolean }) {
  return <span className={strong ? 'money strong' : 'money'}>{yuan(fen)}</span>;
}

export function Due({ at }: { readonly at: string | null | undefined }) {
  const now = useNow();
  if (!at) return <span className="soft">—</span>;
  return <time dateTime={at}>{dueZh(at, now)}</time>;
}

export function When({ at }: { readonly at: string | null | undefined }) {
  const now = useNow();
  if (!at) return <span className="soft">—</span>;
  return (
    <time dateTime={at} title={instantZh(at)}>
      {whenZh(at, now)}
    </time>
  );
}
