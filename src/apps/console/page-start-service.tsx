// Applying for one service on behalf of an organisation: conditions, the form of the catalogue, papers, and the receipt. What is
// typed is kept on the server a moment after each change, so that a reload or a lost login loses nothing.

import { Alert, Button, Select } from 'antd';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { Answer, FormField, StartForm } from '#contract/cases';
import { ApiError, get, sentenceOf, write } from './api.ts';
import { LabeledInput } from './field.tsx';
import { checkForm, problemOf, problemsByPath, valuesShown } from './form-check.ts';
import { FormControl } from './form-control.tsx';
import { api, pages } from './paths.ts';
import { Link, navigate } from './router.tsx';
import { useNow } from './session.tsx';
import { Loaded, PageHead } from './views.tsx';
import { dayOf, instantZh } from './words.ts';

type Values = Readonly<Record<string, unknown>>;
type Filled = { readonly office: string; readonly region: string; readonly values: Values };

const saveMs = 1_200;

export default function StartServicePage({ code }: { readonly code: string }) {
  const found = useQuery({
    queryKey: ['start', code],
    queryFn: () => get<StartForm>(api.startForm(code)),
    // Asked once: what is typed since then stands on the page.
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  const [made, setMade] = useState<Answer | null>(null);
  return (
    <Loaded query={found} title="发起办件">
      {(service) =>
        made ? <Receipt service={service} made={made} /> : <Application service={service} onMade={setMade} />
      }
    </Loaded>
  );
}

function begin(service: StartForm): Filled {
  const { draft } = service;
  const first = service.as[0];
  const office = draft ? `${draft.role}@${draft.orgId}` : `${first?.role ?? ''}@${first?.orgId ?? ''}`;
  const orgId = office.split('@')[1];
  const region = draft?.region ?? service.regions.find((one) => one.orgId === orgId)?.code ?? '';
  return { office, region, values: draft?.values ?? {} };
}

/** Saves a moment after the last change, one save at a time, the newest content last. */
function useDraft(
  code: string,
  filled: Filled,
  changed: boolean,
): { readonly at: string | null; readonly failed: boolean } {
  const [state, setState] = useState<{ at: string | null; failed: boolean }>({ at: null, failed: false });
  const chain = useRef<Promise<void>>(Promise.resolve());
  useEffect(() => {
    if (!changed) return;
    const timer = setTimeout(() => {
      const [role = '', orgId = ''] = filled.office.split('@');
      const { region, values } = filled;
      chain.current = chain.current.then(async () => {
        try {
          const { at } = await write<{ at: string }>(api.startDraft(code), { role, orgId, region, values });
          setState({ at, failed: false });
        } catch {
          setState((before) => ({ ...before, failed: true }));
        }
      });
    }, saveMs);
    return () => clearTimeout(timer);
  }, [code, filled, changed]);
  return state;
}

type Props = { readonly service: StartForm; readonly onMade: (made: Answer) => void };

function Application({ service, onMade }: Props) {
  const now = useNow();
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [filled, setFilled] = useState(() => begin(service));
  const [changed, setChanged] = useState(false);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [pressed, setPressed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({});
  const saved = useDraft(service.code, filled, changed);
  const state = checkForm(service.fields, filled.values, { today: dayOf(now), now });
  const set = (part: Partial<Filled>): void => {
    setChanged(true);
    setFilled((before) => ({ ...before, ...part }));
  };
  const change = (name: string, value: unknown): void => {
    setSaid((before) => Object.fromEntries(Object.entries(before).filter(([path]) => path.split('.')[0] !== name)));
    setChanged(true);
    // From what stands then: an upload that ends late must not take back what was typed meanwhile.
    setFilled((before) => ({ ...before, values: { ...before.values, [name]: value } }));
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setPressed(true);
    setFailure(null);
    const toFirst = () =>
      requestAnimationFrame(() =>
        form.current?.querySelector<HTMLElement>('[aria-invalid="true"], .field-error')?.focus(),
      );
    if (Object.keys(state.problems).length > 0) return void toFirst();
    setBusy(true);
    try {
      const [role, orgId] = filled.office.split('@');
      const data = valuesShown(state, filled.values);
      const made = await write<Answer>(api.start(service.code), { role, orgId, region: filled.region, data });
      await client.invalidateQueries({ queryKey: ['tasks'] });
      onMade(made);
    } catch (error) {
      setFailure(error);
      if (error instanceof ApiError) setSaid(problemsByPath(error.problems));
      toFirst();
    } finally {
      setBusy(false);
    }
  };
  const wrong = pressed ? Object.keys(state.problems).length : 0;
  return (
    <>
      <PageHead
        title={service.zh}
        note={`${service.limitText}，办结后得到：${service.outcomeZh}。${service.feeZh}`}
        extra={<Link to={pages.start()}>返回事项列表</Link>}
      />
      <Conditions service={service} />
      <form
        ref={form}
        className="panel action-form"
        aria-label={service.zh}
        noValidate
        onSubmit={(event) => void submit(event)}
      >
        <Office service={service} filled={filled} onChange={set} />
        {service.fields
          .filter((field) => state.shown.includes(field))
          .map((field) => (
            <FormControl
              key={field.name}
              field={inOffice(field, service.code, filled.office)}
              required={state.required.has(field.name)}
              value={filled.values[field.name]}
              error={
                (pressed || touched.has(field.name) ? problemOf(state.problems, field.name) : undefined) ??
                problemOf(said, field.name)
              }
              errors={pressed ? { ...said, ...state.problems } : said}
              warning={touched.has(field.name) ? problemOf(state.warnings, field.name) : undefined}
              onChange={(value) => change(field.name, value)}
              onLeave={() => setTouched((before) => new Set([...before, field.name]))}
            />
          ))}
        {wrong > 0 && (
          <Alert
            className="gap"
            type="error"
            showIcon
            role="alert"
            title={`有 ${wrong} 处需要修改，请看上面的提示。`}
          />
        )}
        {failure !== null && <Refused error={failure} />}
        <div className="action-row">
          <Button type="primary" htmlType="submit" loading={busy}>
            提交申请
          </Button>
          <SavedNote saved={saved} draftAt={service.draft?.at ?? null} />
        </div>
      </form>
    </>
  );
}

function Refused({ error }: { readonly error: unknown }) {
  const { what, next } = sentenceOf(error);
  return <Alert className="gap" type="error" showIcon role="alert" title={what} description={next} />;
}

function SavedNote({
  saved,
  draftAt,
}: {
  readonly saved: ReturnType<typeof useDraft>;
  readonly draftAt: string | null;
}) {
  const at = saved.at ?? draftAt;
  return (
    <span className="soft" aria-live="polite">
      {saved.failed
        ? '刚才的改动还没有保存，改动后会再试。'
        : at
          ? `已保存草稿：${instantZh(at)}`
          : '填写的内容会自动保存。'}
    </span>
  );
}

function Conditions({ service }: { readonly service: StartForm }) {
  return (
    <section className="panel" aria-labelledby="conditions">
      <h2 id="conditions">办理条件与依据</h2>
      <ul>
        {service.eligibility.map((zh) => (
          <li key={zh}>{zh}</li>
        ))}
      </ul>
      {service.terms.map(({ zh, lines, basis }) => (
        <details key={zh}>
          <summary>{zh}</summary>
          <ul>
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p className="soft">{basis}</p>
        </details>
      ))}
      <p className="soft">依据：{service.legalBasis.join('；')}</p>
    </section>
  );
}

/** A list is handed in for a service and in the name of an office. */
function inOffice(field: FormField, service: string, office: string): FormField {
  const [role, orgId] = office.split('@');
  return field.kind === 'roster' ? { ...field, options: { ...field.options, service, role, orgId } } : field;
}

type OfficeProps = {
  readonly service: StartForm;
  readonly filled: Filled;
  readonly onChange: (part: Partial<Filled>) => void;
};

/** For whom and where; nothing to choose where there is one. */
function Office({ service, filled, onChange }: OfficeProps) {
  const orgId = filled.office.split('@')[1];
  const regions = service.regions.filter((one) => one.orgId === orgId);
  const offices = service.as.map((one) => ({
    value: `${one.role}@${one.orgId}`,
    label: `${one.orgZh} · ${one.roleZh}`,
  }));
  const choose = (office: string): void => {
    const region = service.regions.find((one) => one.orgId === office.split('@')[1])?.code ?? '';
    onChange({ office, region });
  };
  return (
    <>
      <LabeledInput label="申请单位" required>
        {(control) =>
          offices.length === 1 ? (
            <span id={control.id}>{offices[0]?.label}</span>
          ) : (
            <Select {...control} value={filled.office} options={offices} onChange={choose} style={{ width: '100%' }} />
          )
        }
      </LabeledInput>
      {regions.length > 1 && (
        <LabeledInput label="在哪里办理" required help="由这里的单位受理。">
          {(control) => (
            <Select
              {...control}
              value={filled.region}
              options={regions.map(({ code, zh }) => ({ value: code, label: zh }))}
              onChange={(region: string) => onChange({ region })}
              style={{ width: 260 }}
            />
          )}
        </LabeledInput>
      )}
    </>
  );
}

function Receipt({ service, made }: { readonly service: StartForm; readonly made: Answer }) {
  return (
    <>
      <PageHead title="已经提交" documentTitle={service.zh} />
      <section className="panel" aria-labelledby="receipt">
        <h2 id="receipt">{service.zh}</h2>
        <dl className="facts">
          <div>
            <dt>办件编号</dt>
            <dd className="mono">{made.caseNo}</dd>
          </div>
          <div>
            <dt>现在的环节</dt>
            <dd>{made.status === 'ended' ? '已经办结' : made.active.map(({ zh }) => zh).join('、')}</dd>
          </div>
          <div>
            <dt>时限</dt>
            <dd>{service.limitText}</dd>
          </div>
        </dl>
        <div className="action-row">
          <Button type="primary" onClick={() => navigate(pages.case(made.caseId))}>
            查看办件
          </Button>
          <Button onClick={() => print()}>打印回执</Button>
          <Link to={pages.tasks({ tab: 'started' })}>我发起的</Link>
        </div>
      </section>
    </>
  );
}
