// How appeals may say no. Runs in a browser: no I/O.

import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'appeals.main_unknown': {
    status: 422,
    zh: '没有写明并入哪一件，或这个编号不是您中心经办的诉求。',
    next: '请填写主件的办件编号；不是重复件的，请选“另行分派”。',
  },
  'appeals.main_ended': {
    status: 409,
    zh: '要并入的主件{no}已经结束，不能再并入。',
    next: '请选“不是重复件，另行分派”，或并入另一件正在办的。',
  },
  'appeals.main_is_this': {
    status: 422,
    zh: '不能并入自己，也不能并入一件自己还没有核对完的诉求。',
    next: '请先核对那一件，或选“不是重复件，另行分派”。',
  },
});
