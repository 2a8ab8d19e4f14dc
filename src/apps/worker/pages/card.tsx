// Whether a membership card that somebody shows is valid now. Open to all: who holds the card gives its number and its code.

import type { PageModel } from './model.ts';

type Model<Name extends PageModel['page']> = Extract<PageModel, { page: Name }>;

export function CardPage({ model }: { model: Model<'card'> }) {
  const { no, code, found } = model;
  return (
    <>
      <h1>核验会员证</h1>
      <form class="card stack" method="get" action="/m/card">
        <div class="f">
          <label for="no">会员编号</label>
          <input type="text" id="no" name="no" value={no} maxLength={40} autocomplete="off" required />
        </div>
        <div class="f">
          <label for="code">核验码</label>
          <p class="sm soft" id="code-help">
            印在会员证上，例如 1-ABC123DEF456
          </p>
          <input
            type="text"
            id="code"
            name="code"
            value={code}
            maxLength={40}
            autocomplete="off"
            aria-describedby="code-help"
            required
          />
        </div>
        <button class="btn" type="submit">
          核验
        </button>
      </form>
      {found === null ? null : (
        <section class="card" role="status">
          <h2 class={found.valid ? '' : 'err'}>{found.zh}</h2>
          {found.rows.map((row) => (
            <p>
              <span class="soft">{row.zh}：</span>
              {row.text}
            </p>
          ))}
        </section>
      )}
      <p class="sm soft">只核对证件本身。姓名已遮盖，请与持证人当面核对。</p>
    </>
  );
}
