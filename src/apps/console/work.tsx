// What a form says while it works and when it was refused, and the field for a code that somebody reads out at the window.

import { Alert, Input } from 'antd';
import { useState } from 'react';
import { sentenceOf } from './api.ts';
import { LabeledInput } from './field.tsx';

/** One piece of work at a time: busy while it runs, and why it failed after. */
export function useWork() {
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return { busy, failure, run, forget: () => setFailure(null) };
}

export function Fault({ failure }: { readonly failure: unknown }) {
  if (failure === null) return null;
  const said = sentenceOf(failure);
  return <Alert type="error" showIcon role="alert" title={said.what} description={said.next} className="gap" />;
}

type CodeProps = {
  readonly label: string;
  readonly help: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
};

export function CodeInput({ label, help, value, onChange }: CodeProps) {
  return (
    <LabeledInput label={label} required help={help}>
      {(control) => (
        <Input
          {...control}
          inputMode="numeric"
          autoComplete="off"
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </LabeledInput>
  );
}
