// Registering a worker who is there and has no account: what stands on the document, who looks alike, the code that the worker reads out,
// and each purpose asked by itself. Nothing is ticked beforehand.

import { Alert, Button, Checkbox, Input, Radio, Select } from 'antd';
import { useState, type FormEvent } from 'react';
import { idDocumentTypes, idDocumentZh } from '#catalog/fields/index';
import { childrenOf } from '#catalog/regions';
import { ApiError, sentenceOf, write } from './api.ts';
import { LabeledInput } from './field.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';
import { useMe } from './session.tsx';
import { PageHead } from './views.tsx';
import { useWork } from './work.tsx';

type Asked = {
  readonly waitSeconds: number;
  readonly alike: readonly { readonly who: string; readonly phone: string }[];
  readonly consents: readonly {
    readonly purpose: string;
    readonly version: string;
    readonly zh: string;
    readonly words: readonly string[];
    readonly required: boolean;
  }[];
};
type Done = { readonly name: string; readonly phone: string };
type Fields = Readonly<Record<'phone' | 'name' | 'idType' | 'idNumber' | 'birthDay' | 'region', string>>;

export default function RegisterWorkerPage() {
  return (
    <>
      <PageHead
        title="登记新人"
        note="劳动者本人在场、还没有账号时使用。登记前先查有没有登记过；验证码就是本人的同意，两个人的名字都记下来。"
      />
      <p>
        <Link to={pages.assist()}>回到代办窗口</Link>
      </p>
      <Registration />
    </>
  );
}

function Registration() {
  const me = useMe();
  const own = me.roles[0]?.region ?? '';
  const [fields, setFields] = useState<Fields>({
    phone: '',
    name: '',
    idType: 'resident_id',
    idNumber: '',
    birthDay: '',
    region: own.endsWith('00') ? '' : own,
  });
  const [requestId, setRequestId] = useState(() => crypto.randomUUID());
  const [asked, setAsked] = useState<Asked | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const { busy, failure, run, forget } = useWork();
  const { birthDay, ...rest } = fields;
  const body = { requestId, ...rest, ...(birthDay ? { birthDay } : {}) };
  if (done)
    return (
      <section className="panel gap">
        <h2>已登记：{done.name}</h2>
        <p>请与证件核对姓名。手机 {done.phone} 已收到短信，以后用这个手机号就能登录。</p>
        <Button type="primary" href={pages.assist()}>
          去代办窗口替他办事
        </Button>{' '}
        <Button onClick={() => location.reload()}>下一位</Button>
      </section>
    );
  return (
    <section className="panel gap">
      <PersonForm
        fields={fields}
        onChange={setFields}
        locked={asked !== null}
        busy={busy}
        failure={asked ? null : failure}
        onAsk={() => void run(async () => setAsked(await write<Asked>(api.registerWorker, body)))}
      />
      {asked && (
        <Finish
          asked={asked}
          busy={busy}
          failure={failure}
          onBack={() => {
            setAsked(null);
            forget();
            setRequestId(crypto.randomUUID());
          }}
          onFinish={(more) =>
            void run(async () => setDone(await write<Done>(api.finishRegistration, { ...body, ...more })))
          }
        />
      )}
    </section>
  );
}

type FormProps = {
  readonly fields: Fields;
  readonly onChange: (fields: Fields) => void;
  readonly locked: boolean;
  readonly busy: boolean;
  readonly failure: unknown;
  readonly onAsk: () => void;
};

function PersonForm({ fields, onChange, locked, busy, failure, onAsk }: FormProps) {
  const problemOf = (path: string): string | undefined =>
    failure instanceof ApiError ? failure.problems.find((one) => one.path.startsWith(path))?.zh : undefined;
  const set = (name: keyof Fields, value: string): void => onChange({ ...fields, [name]: value });
  const text = (name: keyof Fields, label: string, path: string, help?: string, required = true) => (
    <LabeledInput label={label} required={required} help={help} error={problemOf(path)}>
      {(control) => (
        <Input
          {...control}
          autoComplete="off"
          value={fields[name]}
          disabled={locked}
          onChange={({ target }) => set(name, target.value)}
        />
      )}
    </LabeledInput>
  );
  const choice = (name: keyof Fields, label: string, path: string, options: { value: string; label: string }[]) => (
    <LabeledInput label={label} required error={problemOf(path)}>
      {(control) => (
        <Select
          {...control}
          showSearch
          optionFilterProp="label"
          value={fields[name] || null}
          disabled={locked}
          onChange={(value: string) => set(name, value)}
          options={options}
          style={{ width: '100%' }}
        />
      )}
    </LabeledInput>
  );
  const said = failure === null ? null : sentenceOf(failure);
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        onAsk();
      }}
      noValidate
    >
      {text('name', '姓名', 'name')}
      {choice('idType', '证件种类', 'idDocument.type', documentChoices)}
      {text('idNumber', '证件号码', 'idDocument')}
      {fields.idType !== 'resident_id' &&
        text('birthDay', '出生日期', 'birthDay', '证件号码里没有出生日期时填写，例如 1990-01-02。', false)}
      {choice('region', '主要工作地', 'region', regionChoices)}
      {text('phone', '劳动者本人的手机号', 'phone', '验证码发到这个手机。本人没有手机的，这里不能登记，请由家人代办。')}
      {said && <Alert type="error" showIcon role="alert" title={said.what} description={said.next} className="gap" />}
      {!locked && (
        <Button type="primary" htmlType="submit" loading={busy}>
          查重并发验证码
        </Button>
      )}
    </form>
  );
}

const documentChoices = idDocumentTypes.map((value) => ({ value, label: idDocumentZh[value] }));
const regionChoices = childrenOf().flatMap((province) =>
  childrenOf(province.code).flatMap((city) =>
    childrenOf(city.code).map((one) => ({ value: one.code, label: `${province.zh} ${city.zh} ${one.zh}` })),
  ),
);

type FinishProps = {
  readonly asked: Asked;
  readonly busy: boolean;
  readonly failure: unknown;
  readonly onBack: () => void;
  readonly onFinish: (more: {
    code: string;
    alikeSeen: boolean;
    agreed: { purpose: string; version: string }[];
  }) => void;
};

function Finish({ asked, busy, failure, onBack, onFinish }: FinishProps) {
  const [code, setCode] = useState('');
  const [alikeSeen, setAlikeSeen] = useState(false);
  const [answers, setAnswers] = useState<Readonly<Record<string, 'yes' | 'no'>>>({});
  const open = asked.consents.filter(({ purpose }) => !answers[purpose]);
  const said = failure === null ? null : sentenceOf(failure);
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        const agreed = asked.consents.filter(({ purpose }) => answers[purpose] === 'yes');
        onFinish({ code, alikeSeen, agreed: agreed.map(({ purpose, version }) => ({ purpose, version })) });
      }}
      noValidate
    >
      {asked.alike.length > 0 && (
        <fieldset>
          <legend>像是同一个人的登记</legend>
          <ul>
            {asked.alike.map((one) => (
              <li key={one.who}>
                {one.who}，手机 {one.phone}
              </li>
            ))}
          </ul>
          <p>是同一人的，不要再登记：请本人用原来的手机登录；手机号换了的，在窗口办理换号。</p>
          <Checkbox checked={alikeSeen} onChange={({ target }) => setAlikeSeen(target.checked)}>
            核对过，不是同一人
          </Checkbox>
        </fieldset>
      )}
      <p className="soft">请逐项读给本人听，本人说了再选。除第一项外，不同意也能登记，用到时再问。</p>
      {asked.consents.map((one) => (
        <fieldset key={one.purpose}>
          <legend>
            {one.zh}
            {one.required && '（不同意就不能登记）'}
          </legend>
          {one.words.map((words) => (
            <p key={words}>{words}</p>
          ))}
          <Radio.Group
            value={answers[one.purpose]}
            onChange={({ target }) => setAnswers({ ...answers, [one.purpose]: target.value === 'yes' ? 'yes' : 'no' })}
          >
            <Radio value="yes">本人同意</Radio>
            <Radio value="no">本人不同意</Radio>
          </Radio.Group>
        </fieldset>
      ))}
      <LabeledInput label="劳动者读出的验证码" required help="请劳动者先看清短信里写的单位和姓名。5 分钟内有效。">
        {(control) => (
          <Input
            {...control}
            inputMode="numeric"
            autoComplete="off"
            value={code}
            onChange={({ target }) => setCode(target.value)}
          />
        )}
      </LabeledInput>
      {said && <Alert type="error" showIcon role="alert" title={said.what} description={said.next} className="gap" />}
      {open.length > 0 && (
        <p className="soft">
          还有 {open.length} 项没有问：{open.map(({ zh }) => zh).join('、')}
        </p>
      )}
      <div className="marks">
        <Button type="primary" htmlType="submit" loading={busy} disabled={open.length > 0}>
          登记
        </Button>
        <Button onClick={onBack}>重新填写</Button>
      </div>
    </form>
  );
}
