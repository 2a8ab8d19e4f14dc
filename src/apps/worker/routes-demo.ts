// /dev/phone and /dev/clock: bound in demonstration mode only.

import type { FastifyInstance } from 'fastify';
import type { DemoTools } from './backend.ts';
import { textIn } from './body.ts';
import { open, type PageKit } from './visit.ts';

const hourMs = 3_600_000;
const jumpHours: ReadonlyMap<string, number> = new Map([
  ['hour', 1],
  ['day', 24],
  ['week', 168],
  ['month', 720],
]);
const hoursMax = 24 * 366;
/** Holidays and rules are known for years, not for ages. */
const aheadHoursMax = 20 * hoursMax;

function offsetText(offsetMs: number): string {
  const hours = Math.round(offsetMs / hourMs);
  if (hours === 0) return '与真实时间相同。';
  return `比真实时间快 ${Math.floor(hours / 24)} 天 ${hours % 24} 小时。`;
}

export function demoRoutes(app: FastifyInstance, kit: PageKit, demo: DemoTools): void {
  const { clock } = kit.options;
  const clockModel = () => ({ page: 'clock' as const, now: clock.now(), offsetText: offsetText(clock.offsetMs()) });

  app.get('/dev/phone', open, async (request, reply) =>
    kit.show(request, reply, { page: 'phone', inbox: await demo.inbox() }),
  );

  app.get('/dev/clock', open, (request, reply) => kit.show(request, reply, { ...clockModel(), problems: [] }));

  app.post('/dev/clock', open, async (request, reply) => {
    const { values } = await kit.body(request);
    const jump = textIn(values, 'jump');
    const typed = textIn(values, 'hours').trim();
    const hours = jumpHours.get(jump) ?? (/^\d{1,4}(?:\.\d{1,2})?$/.test(typed) ? Number(typed) : 0);
    const isTooFar = clock.offsetMs() / hourMs + hours > aheadHoursMax;
    if (hours <= 0 || hours > hoursMax || isTooFar) {
      const zh = isTooFar
        ? '时间已经拨得太远；请用 npm start -- --fresh 重新开始。'
        : `请填写 1 到 ${hoursMax} 之间的小时数。`;
      const problems = [{ path: 'hours', code: 'number_format', zh }];
      return kit.show(request, reply, { ...clockModel(), problems }, { status: 422 });
    }
    await demo.advance(hours * hourMs);
    return kit.go(request, reply, '/dev/clock');
  });
}
