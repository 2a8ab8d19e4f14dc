// Was this person covered at this instant? The answer comes with the entry that proves it. The ID number typed here goes to the
// server and nowhere else: not into the address, not into the browser's storage.

import { Button, Input } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { CoveredAnswer } from '#contract/cover';
import { checkIdNumber } from './cover-input.ts';
import { get } from './api.ts';
import { LabeledInput } from './field.tsx';
import { Tag } from './marks.tsx';
import { api } from './paths.ts';
import { useNow } from './session.tsx';
import { Loaded, PageHead } from './views.tsx';
import { dayOf, dayZh, instantZh } from './words.ts';

type Asked = { readonly idNumber: string; readonly at: string };

/** `2026-03-01T18:30` of a local input, always meant as Shanghai's time. */
function instantOf(local: string): string {
  return new Date(`${local}:00+08:00`).toISOString();
}

function localOf(iso: string): string {
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Asia/Shanghai',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return `${dayOf(iso)}T${time.format(Date.parse(iso))}`;
}

export default function CoverPage() {
  const now = useNow();
  const [idNumber, setIdNumber] = useState('');
  const [at, setAt] = useState(() => localOf(now));
  const [problem, setProblem] = useState<string | undefined>();
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = (event: FormEvent): void => {
    event.preventDefault();
    const wrong = checkIdNumber(idNumber, dayOf(now));
    setProblem(wrong);
    if (!wrong && at !== '') setAsked({ idNumber: idNumber.replace(/\s/g, '').toUpperCase(), at: instantOf(at) });
  };
  return (
    <>
      <PageHead title="在保查询" note="查某人在某一时刻是否在保。每次查询都会留痕。" />
      <form className="filters" aria-label="在保查询" onSubmit={ask} noValidate>
        <LabeledInput label="身份证号" required error={problem}>
          {(props) => (
            <Input
              {...props}
              data-search=""
              value={idNumber}
              onChange={(event) => setIdNumber(event.target.value)}
              autoComplete="off"
              maxLength={20}
              style={{ width: 240 }}
            />
          )}
        </LabeledInput>
        <LabeledInput label="时刻" required>
          {(props) => (
            <Input {...props} type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />
          )}
        </LabeledInput>
        <Button type="primary" htmlType="submit">
          查询
        </Button>
      </form>
      {asked && <CoverResult asked={asked} />}
    </>
  );
}

function CoverResult({ asked }: { readonly asked: Asked }) {
  const found = useQuery({
    queryKey: ['cover', asked],
    queryFn: () => get<CoveredAnswer>(api.coverAt(asked)),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  return (
    <Loaded query={found}>
      {(answer) => (
        <section className="panel" aria-labelledby="cover-title" aria-live="polite">
          <h2 id="cover-title">
            {instantZh(asked.at)} {answer.covered ? <Tag tone="green">在保</Tag> : <Tag tone="red">不在保</Tag>}
          </h2>
          {answer.covered ? (
            <dl className="facts">
              <div>
                <dt>保单号</dt>
                <dd className="mono">{answer.policyNo ?? '—'}</dd>
              </div>
              <div>
                <dt>保障期间</dt>
                <dd>
                  {instantZh(answer.startsAt)} 至 {instantZh(answer.endsAt)}
                </dd>
              </div>
            </dl>
          ) : (
            <p>这一时刻没有生效的日保。当天已缴费的，请核对生效时间；其他险种请到社保系统查询。</p>
          )}
          {answer.imported && (
            <p className="entry-trace">
              <Tag tone="yellow">待核</Tag> {dayZh(answer.imported.on)}由旧系统“{answer.imported.source}
              ”导入；本系统没有核验过投保人身份和缴费。
            </p>
          )}
          {answer.evidence && (
            <p className="entry-trace">
              依据：{dayZh(answer.evidence.day)}台账第 {answer.evidence.generation} 次记录，记于{' '}
              {instantZh(answer.evidence.recordedAt)}，留痕 <span className="mono">{answer.evidence.leafId}</span>
            </p>
          )}
        </section>
      )}
    </Loaded>
  );
}
