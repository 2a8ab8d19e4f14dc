// The form runner's pages: one question, the review with its declarations, and the receipt.

import type { PageModel, TermsView } from './model.ts';
import { FieldInput } from './inputs.tsx';
import { DefaultButton, ErrorSummary, ErrorText, Form, idOf, Limit, Shield, Unverified } from './parts.tsx';
import { fullMomentText, yuanText } from './words.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

export function QuestionPage({ model }: { model: Model<'question'> }) {
  const { field } = model;
  const skip = !field.required && field.kind !== 'boolean';
  return (
    <>
      <ErrorSummary problems={field.problems} />
      <p class="soft sm">
        {model.serviceZh} · 第 {model.step} 项，共 {model.steps} 项
      </p>
      {model.codeSentTo === null ? null : (
        <p class="note" role="status">
          验证码已发送到 {model.codeSentTo}，5 分钟内有效。
        </p>
      )}
      <Form frame={model.frame} action={model.action} multipart={field.kind === 'file'} draftKey={model.draftKey}>
        {model.change ? <input type="hidden" name="change" value="1" /> : null}
        {model.draftTarget === '' ? null : <input type="hidden" name="draft" value={model.draftTarget} />}
        {field.picker === null ? <DefaultButton /> : null}
        <FieldInput view={field} big />
        {field.sensitive ? (
          <p class="hint">这一项属于敏感信息：加密保存，不会留在手机里，只给办理这件事的人看。</p>
        ) : null}
        {field.picker !== null ? null : (
          <button class="btn" name="_op" value="next" data-primary>
            {model.change ? '保存并返回核对' : '继续'}
          </button>
        )}
        {skip ? (
          <button class="btn plain" name="_op" value="skip">
            {model.change ? '清空这一项' : '跳过'}
          </button>
        ) : null}
      </Form>
    </>
  );
}

export function ReviewPage({ model }: { model: Model<'review'> }) {
  return (
    <>
      <ErrorSummary problems={model.problems} />
      <p class="soft sm">{model.serviceZh}</p>
      <h1>核对后提交</h1>
      <dl class="cells kv">
        {model.rows.map((row) => (
          <div id={idOf(row.name)} tabIndex={-1}>
            <dt>
              {row.zh}
              {row.from === null ? null : <span class="soft">（来自{row.from}）</span>}
            </dt>
            <dd>
              <span class={row.missing ? 'soft' : 'pre'}>{row.missing ? '没有填写' : row.text}</span>
              <a href={row.href} aria-label={`更改${row.zh}`}>
                更改
              </a>
            </dd>
            {row.warning === null ? null : <p class="warn sm">{row.warning}</p>}
            <ErrorText id={idOf(row.name)} problems={row.problems} />
          </div>
        ))}
      </dl>
      <Form frame={model.frame} action={`/m/apply/${model.code}/submit`}>
        {model.declarations.length === 0 ? null : (
          <section class="card">
            <h2>声明</h2>
            {model.declarations.map((view) => (
              <>
                {model.terms?.before === view.name ? <Terms terms={model.terms} /> : null}
                <FieldInput view={view} big={false} />
              </>
            ))}
          </section>
        )}
        {model.total === null ? null : (
          <p class="note num">
            <strong>{model.total}</strong>
          </p>
        )}
        <p class="sm">我保证以上内容真实。费用：{model.fee}。提交后会得到办件编号，可以随时查看进度。</p>
        <button class="btn" data-primary>
          确认提交
        </button>
      </Form>
    </>
  );
}

function Terms({ terms }: { terms: TermsView }) {
  return (
    <div class="stack">
      <h3>{terms.zh}</h3>
      {terms.sections.map((section) => (
        <div>
          <p>
            <strong>{section.zh}</strong>
            <Unverified when={section.unverified} />
          </p>
          {section.lines.map((line) => (
            <p class="sm">{line}</p>
          ))}
          <p class="hint">依据：{section.basis}</p>
        </div>
      ))}
    </div>
  );
}

export function ReceiptPage({ model }: { model: Model<'receipt'> }) {
  const { view, payments, links } = model.case;
  const todo = links.filter((link) => link.first);
  return (
    <>
      <div class="hero">
        <Shield />
        <div>
          <h1>已经提交</h1>
          <p class="lead">{view.serviceZh}</p>
        </div>
      </div>
      <dl class="cells kv">
        <div>
          <dt>办件编号</dt>
          <dd class="num">{view.caseNo}</dd>
        </div>
        <div>
          <dt>提交时间</dt>
          <dd>{fullMomentText(view.submittedAt)}</dd>
        </div>
        <div>
          <dt>接下来</dt>
          <dd>{view.statusText}</dd>
        </div>
        {view.active.map((step) => (
          <div>
            <dt>{step.whose === '您' ? '轮到您' : `轮到：${step.whose}`}</dt>
            <dd>{step.zh}</dd>
            <dd>
              <Limit step={step} today={model.frame.today} />
            </dd>
          </div>
        ))}
      </dl>
      {payments.map((payment) => (
        <a class="btn" href={`/m/pay/${payment.caseId}`}>
          去付款：{yuanText(payment.amountFen)}
        </a>
      ))}
      {todo.map((link) => (
        <a class="btn" href={link.href}>
          {link.zh}
        </a>
      ))}
      <div class="row">
        <a class={payments.length + todo.length > 0 ? 'btn plain' : 'btn'} href={`/m/cases/${view.caseId}`}>
          查看进度
        </a>
        <a class="btn plain" href="/m">
          回到首页
        </a>
      </div>
    </>
  );
}
