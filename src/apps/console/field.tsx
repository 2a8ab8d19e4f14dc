// The frame of one input: label, mark of what is required, help, and the error, tied together for a screen reader. It draws no
// control itself.

import { useId, type ReactNode } from 'react';

export type ControlProps = {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-required'?: boolean;
  readonly 'aria-invalid'?: boolean;
  readonly status?: 'error';
};

type FrameProps = {
  readonly label: string;
  readonly required?: boolean;
  readonly help?: string | null | undefined;
  readonly error?: string | undefined;
  readonly warning?: string | undefined;
  /** Several controls under one name: drawn as a group with a legend. */
  readonly group?: boolean;
  readonly children: (props: ControlProps) => ReactNode;
};

export function LabeledInput({ label, required = false, help, error, warning, group = false, children }: FrameProps) {
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`, !error && warning && `${id}-warning`]
    .filter(Boolean)
    .join(' ');
  const props: ControlProps = {
    id,
    ...(described === '' ? {} : { 'aria-describedby': described }),
    ...(required && !group ? { 'aria-required': true } : {}),
    ...(error ? { 'aria-invalid': true, status: 'error' as const } : {}),
  };
  const title = (
    <>
      {label}
      {required && <span className="required"> 必填</span>}
    </>
  );
  const notes = (
    <>
      {help && (
        <p id={`${id}-help`} className="field-help">
          {help}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="field-error" role="alert">
          {error}
        </p>
      )}
      {!error && warning && (
        <p id={`${id}-warning`} className="field-warning">
          {warning}
        </p>
      )}
    </>
  );
  if (group) {
    return (
      <fieldset className="field" aria-describedby={described === '' ? undefined : described}>
        <legend>{title}</legend>
        {children(props)}
        {notes}
      </fieldset>
    );
  }
  return (
    <div className="field">
      <label htmlFor={id}>{title}</label>
      {children(props)}
      {notes}
    </div>
  );
}
