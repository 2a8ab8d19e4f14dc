// A dialog over the page, by the browser's own <dialog>: it keeps the focus inside, gives it back, and Esc closes it. It sets no
// style by script, which the content security policy would refuse.

import { useEffect, useId, useRef, type ReactNode } from 'react';

type DialogProps = {
  readonly title: string;
  /** Without it the dialog cannot be closed by the person. */
  readonly onClose?: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
};

/** Open while it is rendered. */
export function Dialog({ title, onClose, wide = false, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    if (shown && !shown.open) shown.showModal();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        // Whether it is open is the page's state, not the browser's.
        event.preventDefault();
        onClose?.();
      }}
      onClose={() => {
        // A browser may close it all the same, at a second Esc for instance: then the state follows, or it opens again.
        if (dialog.current?.open !== false) return;
        if (onClose) onClose();
        else dialog.current.showModal();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        {onClose && (
          <button type="button" className="icon-button" onClick={onClose} aria-label="关闭">
            ✕
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
