// Handling for a worker who stands at the window: the phone, the service, the code that the worker reads out; then the same pages that
// the worker would fill in, on this machine, for an hour at most.

import { Button, Input, Select } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { get, write } from './api.ts';
import type { ServiceSummary } from './api-types.ts';
import { AssistPhone } from './assist-phone.tsx';
import { LabeledInput } from './field.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';
import { Loaded, PageHead } from './views.tsx';
import { CodeInput, Fault, useWork } from './work.tsx';

type Asked = { readonly authorityId: string; readonly waitSeconds: number };
type Started = { readonly applicant: string; readonly href: string };

export default function AssistPage() {
  const services = useQuery({ queryKey: ['services'], queryFn: () => get<readonly ServiceSummary[]>(api.services) });
  return (
    <>
      <PageHead
        title="代办窗口"
        note="劳动者本人在场才能代办。验证码就是本人的同意，一小时内有效；办件和记录里同时写两个人的名字，代填的人不能审这一件。"
      />
      <p>
        劳动者还没有登记过？<Link to={pages.registerWorker()}>先登记新人</Link>
      </p>
      <Loaded query={services}>{(list) => <AssistForm services={list} />}</Loaded>
      <AssistPhone />
    </>
  );
}

function AssistForm({ services }: { readonly services: readonly ServiceSummary[] }) {
  const [phone, setPhone] = useState('');
  const [codes, setCodes] = useState<readonly string[]>([]);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [code, setCode] = useState('');
  const [started, setStarted] = useState<Started | null>(null);
  const { busy, failure, run } = useWork();
  const ask = (event: FormEvent): void => {
    event.preventDefault();
    void run(async () => setAsked(await write<Asked>(api.assist, { phone, services: codes })));
  };
  const start = (event: FormEvent): void => {
    event.preventDefault();
    if (!asked) return;
    void run(async () => setStarted(await write<Started>(api.startAssist(asked.authorityId), { code })));
  };
  const fault = <Fault failure={failure} />;
  if (started)
    return (
      <section className="panel gap">
        <h2>请核对证件：{started.applicant}</h2>
        <p>与证件上的姓名一致再往下办。劳动者的手机已经收到“窗口正在替您办事”的短信；办完请在页面上点“结束代办”。</p>
        <Button type="primary" href={started.href} target="_blank">
          打开填写页
        </Button>{' '}
        <Button onClick={() => location.reload()}>下一位</Button>
      </section>
    );
  return (
    <section className="panel gap">
      <form onSubmit={ask} noValidate>
        <LabeledInput label="劳动者本人的手机号" required>
          {(control) => (
            <Input
              {...control}
              inputMode="tel"
              value={phone}
              disabled={asked !== null}
              onChange={({ target }) => setPhone(target.value)}
            />
          )}
        </LabeledInput>
        <LabeledInput label="代办事项" required>
          {(control) => (
            <Select
              {...control}
              mode="multiple"
              value={[...codes]}
              disabled={asked !== null}
              onChange={(value: string[]) => setCodes(value)}
              options={services.map(({ code: value, zh }) => ({ value, label: zh }))}
              optionFilterProp="label"
              style={{ width: '100%' }}
            />
          )}
        </LabeledInput>
        {!asked && fault}
        {!asked && (
          <Button type="primary" htmlType="submit" loading={busy}>
            发验证码到劳动者手机
          </Button>
        )}
      </form>
      {asked && (
        <form onSubmit={start} noValidate>
          <CodeInput
            label="劳动者读出的验证码"
            help="请劳动者先看清短信里写的事项。5 分钟内有效。"
            value={code}
            onChange={setCode}
          />
          {fault}
          <Button type="primary" htmlType="submit" loading={busy}>
            开始代办
          </Button>{' '}
          <Button onClick={() => setAsked(null)}>重新填写</Button>
        </form>
      )}
    </section>
  );
}
