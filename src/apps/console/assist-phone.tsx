// At the window: another number for somebody whose phone is lost. The clerk compares the document, the new phone's code is read out, and
// the old number has its time to object. Nothing here says before the code whether the person is known.

import { Button, Checkbox, Input } from 'antd';
import { useState, type FormEvent } from 'react';
import type { WindowPhoneAnswer } from '#contract/contacts';
import { write } from './api.ts';
import { LabeledInput } from './field.tsx';
import { When } from './marks.tsx';
import { api } from './paths.ts';
import { CodeInput, Fault, useWork } from './work.tsx';

const blank = { name: '', idNumber: '', phone: '', documentSeen: false };

export function AssistPhone() {
  const [input, setInput] = useState(blank);
  const [changeId, setChangeId] = useState<string | null>(null);
  const [code, setCode] = useState('');
  const [done, setDone] = useState<WindowPhoneAnswer | null>(null);
  const { busy, failure, run: work, forget } = useWork();
  const run = (event: FormEvent, sent: () => Promise<void>): void => {
    event.preventDefault();
    void work(sent);
  };
  const again = (): void => {
    setInput(blank);
    setChangeId(null);
    setCode('');
    setDone(null);
    forget();
  };
  const fault = <Fault failure={failure} />;
  if (done)
    return (
      <section className="panel gap">
        <h2>手机号：{done.name}</h2>
        <p>
          <When at={done.effectiveAt} /> 起用新号码登录。旧号码已经收到短信，在那之前可以停止；到时以前的登录全部退出。
        </p>
        <Button onClick={again}>下一位</Button>
      </section>
    );
  const field = (name: 'name' | 'idNumber' | 'phone', label: string) => (
    <LabeledInput label={label} required>
      {(control) => (
        <Input
          {...control}
          autoComplete="off"
          inputMode={name === 'phone' ? 'tel' : 'text'}
          value={input[name]}
          disabled={changeId !== null}
          onChange={({ target }) => setInput({ ...input, [name]: target.value })}
        />
      )}
    </LabeledInput>
  );
  return (
    <section className="panel gap">
      <h2>换手机号（旧号码丢了、停了）</h2>
      <p>本人带证件原件到场才能办。验证码发到新号码；旧号码会收到通知，等待期内可以停止。</p>
      <form
        noValidate
        onSubmit={(event) =>
          run(event, async () => {
            const asked = await write<{ changeId: string }>(api.phoneChanges, input);
            setChangeId(asked.changeId);
          })
        }
      >
        {field('name', '证件上的姓名')}
        {field('idNumber', '证件号码')}
        {field('phone', '新手机号')}
        <Checkbox
          checked={input.documentSeen}
          disabled={changeId !== null}
          onChange={({ target }) => setInput({ ...input, documentSeen: target.checked })}
        >
          已核对证件原件，人证一致
        </Checkbox>
        {changeId === null && fault}
        {changeId === null && (
          <p>
            <Button type="primary" htmlType="submit" loading={busy}>
              发验证码到新号码
            </Button>
          </p>
        )}
      </form>
      {changeId !== null && (
        <form
          noValidate
          onSubmit={(event) =>
            run(event, async () => setDone(await write<WindowPhoneAnswer>(api.confirmPhoneChange(changeId), { code })))
          }
        >
          <CodeInput label="新号码收到的验证码" help="5 分钟内有效。" value={code} onChange={setCode} />
          {fault}
          <Button type="primary" htmlType="submit" loading={busy}>
            确认更换
          </Button>{' '}
          <Button onClick={again}>重新填写</Button>
        </form>
      )}
    </section>
  );
}
