// Who stands in while one is away: set by oneself for an ordinary role, ended early by oneself. For a role that sends money two security
// administrators are needed, which the server says with where to go.

import { Alert, App, Button, Input, Select } from 'antd';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { SubstitutionItem } from '#contract/identity';
import { ApiError, get, sentenceOf, write } from './api.ts';
import type { Listing } from './api-types.ts';
import { DataTable, type Column } from './data-table.tsx';
import { Dialog } from './dialog.tsx';
import { LabeledInput } from './field.tsx';
import { Tag } from './marks.tsx';
import { api } from './paths.ts';
import { useMe } from './session.tsx';
import { EmptyView, Loaded } from './views.tsx';

type Colleague = { readonly staffId: string; readonly name: string; readonly login: string };

const states = { coming: ['plain', '未开始'], running: ['green', '进行中'], over: ['plain', '已结束'] } as const;

export function AccountStandIns() {
  const { message } = App.useApp();
  const me = useMe();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const found = useQuery({
    queryKey: ['stand-ins'],
    queryFn: () => get<Listing<SubstitutionItem>>(api.standIns),
  });
  const reload = () => client.invalidateQueries({ queryKey: ['stand-ins'] });
  const end = async (one: SubstitutionItem): Promise<void> => {
    try {
      await write(api.endStandIn(one.substitutionId), {});
      void message.success('代办已结束。');
    } catch (error) {
      void message.error(sentenceOf(error).what);
    }
    await reload();
  };
  const columns: readonly Column<SubstitutionItem>[] = [
    {
      key: 'who',
      title: '代办',
      cell: (one) => (
        <>
          {one.substituteName}代{one.staffName}
          <span className="sub">
            {one.orgName} · {one.roleZh}
          </span>
        </>
      ),
    },
    { key: 'days', title: '起止', width: 220, cell: (one) => `${one.fromDay} 至 ${one.untilDay}` },
    { key: 'reason', title: '理由', cell: (one) => one.reason },
    {
      key: 'state',
      title: '状态',
      width: 100,
      cell: (one) => <Tag tone={states[one.state][0]}>{states[one.state][1]}</Tag>,
    },
    {
      key: 'act',
      title: '操作',
      width: 100,
      cell: (one) =>
        one.canEnd ? (
          <Button size="small" danger onClick={() => void end(one)}>
            结束
          </Button>
        ) : (
          '—'
        ),
    },
  ];
  const own = me.roles.filter((role) => !role.standsInFor);
  return (
    <section aria-labelledby="stand-ins-title">
      <h2 id="stand-ins-title">代办</h2>
      <p className="soft">请假时由同事代办；他办的每一件都写明“代{me.staff.name}”，他自己制单的仍不能自己复核。</p>
      <Loaded query={found}>
        {({ items }) => (
          <DataTable
            caption="代办的安排"
            columns={columns}
            rows={items}
            keyOf={(one) => one.substitutionId}
            empty={<EmptyView title="没有代办">您没有请人代办，也没有代别人办。</EmptyView>}
          />
        )}
      </Loaded>
      {own.length > 0 && (
        <p className="gap">
          <Button onClick={() => setAdding(true)}>请同事代办</Button>
        </p>
      )}
      {adding && (
        <StandInDialog
          onDone={async () => {
            setAdding(false);
            void message.success('代办已安排。');
            await reload();
          }}
          onClose={() => setAdding(false)}
        />
      )}
    </section>
  );
}

const blank = { role: '', substituteId: '', fromDay: '', untilDay: '', reason: '' };
const labels = {
  role: '岗位',
  substituteId: '代办人',
  fromDay: '从哪天起',
  untilDay: '到哪天止（含）',
  reason: '理由',
};
type Name = keyof typeof blank;

function StandInDialog({ onDone, onClose }: { readonly onDone: () => Promise<void>; readonly onClose: () => void }) {
  const me = useMe();
  const own = me.roles.filter((role) => !role.standsInFor);
  const [values, setValues] = useState({ ...blank, role: own.length === 1 ? '0' : '' });
  const [problems, setProblems] = useState<Partial<Record<Name, string>>>({});
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const held = own[Number(values.role || Number.NaN)];
  const colleagues = useQuery({
    queryKey: ['colleagues', held?.orgId],
    queryFn: () => get<Listing<Colleague>>(api.colleagues(held?.orgId ?? '')),
    enabled: held !== undefined,
  });
  const set = (name: Name) => (value: string) => setValues({ ...values, [name]: value });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const names: readonly Name[] = ['role', 'substituteId', 'fromDay', 'untilDay', 'reason'];
    const missing = names.filter((name) => values[name].trim() === '');
    setProblems(Object.fromEntries(missing.map((name) => [name, `请填写${labels[name]}。`])));
    if (missing.length > 0 || !held) return;
    setBusy(true);
    setFailure(null);
    try {
      await write(api.standIns, { ...values, role: held.role, orgId: held.orgId });
      await onDone();
    } catch (error) {
      setFailure(error);
      if (error instanceof ApiError) setProblems(Object.fromEntries(error.problems.map((one) => [one.path, one.zh])));
    } finally {
      setBusy(false);
    }
  };
  const said = failure === null ? null : sentenceOf(failure);
  const people = (colleagues.data?.items ?? []).map((one) => ({
    value: one.staffId,
    label: `${one.name}（${one.login}）`,
  }));
  return (
    <Dialog title="请同事代办" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        {said && <Alert type="error" showIcon role="alert" className="gap" title={said.what} description={said.next} />}
        <LabeledInput label={labels.role} required error={problems.role}>
          {(control) => (
            <Select
              {...control}
              value={values.role || null}
              onChange={(picked) => setValues({ ...values, role: picked ?? '', substituteId: '' })}
              options={own.map((role, at) => ({ value: String(at), label: `${role.zh}（${role.orgZh}）` }))}
              style={{ width: '100%' }}
            />
          )}
        </LabeledInput>
        <LabeledInput
          label={labels.substituteId}
          required
          error={problems.substituteId}
          help="同一单位在职的业务人员。"
        >
          {(control) => (
            <Select
              {...control}
              value={values.substituteId || null}
              onChange={(picked) => set('substituteId')(picked ?? '')}
              showSearch={{ optionFilterProp: 'label' }}
              disabled={!held}
              options={people}
              notFoundContent={colleagues.isFetching ? '正在查找…' : '本单位没有别的同事'}
              style={{ width: '100%' }}
            />
          )}
        </LabeledInput>
        {(['fromDay', 'untilDay', 'reason'] as const).map((name) => (
          <LabeledInput key={name} label={labels[name]} required error={problems[name]}>
            {(control) => (
              <Input
                {...control}
                type={name === 'reason' ? 'text' : 'date'}
                value={values[name]}
                onChange={(event) => set(name)(event.target.value)}
              />
            )}
          </LabeledInput>
        ))}
        <Button type="primary" htmlType="submit" loading={busy}>
          安排代办
        </Button>
      </form>
    </Dialog>
  );
}
