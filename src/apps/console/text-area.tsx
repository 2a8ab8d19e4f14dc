// A text of several lines that grows with what is typed, by style sheet alone.

import { Input } from 'antd';
import type { ControlProps } from './field.tsx';

type Props = {
  readonly control: ControlProps;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  readonly max: number;
  readonly rows?: number;
  readonly autoFocus?: boolean;
};

export function TextArea({ control, value, onChange, onBlur, max, rows = 3, autoFocus = false }: Props) {
  return (
    <Input.TextArea
      {...control}
      className="grows"
      value={value}
      rows={rows}
      maxLength={max}
      autoFocus={autoFocus}
      onChange={(event) => onChange(event.target.value)}
      {...(onBlur ? { onBlur } : {})}
    />
  );
}
