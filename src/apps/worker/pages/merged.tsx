// Two registrations that are one now, and the button for whoever is not the other one.

import type { PageModel } from './model.ts';
import { Form } from './parts.tsx';
import { fullMomentText } from './words.ts';

export function MergedPage({ model }: { model: Extract<PageModel, { page: 'merged' }> }) {
  return (
    <>
      <h1>合并的登记</h1>
      <p class="soft">登记过两次的，经窗口提请、另一人复核后合并成一个人，两个手机号都能登录。资料都在，可以分开。</p>
      {model.merged.length === 0 ? <p class="card soft">没有合并过的登记。</p> : null}
      {model.merged.map((one) => (
        <section class="card stack">
          <h2 class="num">{one.phones.map((tail) => `尾号 ${tail}`).join('、')}</h2>
          <p class="sm soft">{fullMomentText(one.at)} 合并</p>
          {one.objectedAt === null ? (
            <Form frame={model.frame} action={`/m/me/merged/${one.mergeId}/object`}>
              <button class="btn danger">不是我，不该合并</button>
            </Form>
          ) : (
            <p class="note" role="status">
              {fullMomentText(one.objectedAt)} 您提出了异议，复核的人会先核对这一件。急的话请拨打 12333。
            </p>
          )}
        </section>
      ))}
    </>
  );
}
