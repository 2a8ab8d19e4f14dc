// How the file store says no, and its limit. Runs in a browser: no I/O.

import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'files.too_large': {
    status: 413,
    zh: '文件太大（最多 {mb} MB）。',
    next: '请压缩后重新上传；照片用手机直接拍摄即可。',
  },
  'files.empty': { status: 422, zh: '文件是空的。', next: '请重新选择文件。' },
  'files.not_what_it_says': {
    status: 415,
    zh: '这个文件不是它自称的类型，或类型不受支持。',
    next: '请上传照片（JPG、PNG、WebP、HEIC）、PDF 或 MP4 视频。',
  },
  'files.too_many_pixels': {
    status: 422,
    zh: '这张照片的像素太高（最多 {megapixels} 百万）。',
    next: '请用手机默认的照片大小重新拍摄，或截图后上传。',
  },
  'files.busy': {
    status: 503,
    zh: '同时上传的照片太多，这一张还没有收下。',
    next: '请过几秒再传这一张，前面传好的不用重传。',
  },
  'files.day_full': {
    status: 429,
    zh: '您一天内上传的文件已达上限（{files} 个、共 {mb} MB）。',
    next: '请明天再传，或到窗口提交；已经上传的都还在。',
  },
  'files.broken_image': { status: 422, zh: '这张照片打不开，可能已损坏。', next: '请重新拍摄或另选一张。' },
  'files.infected': { status: 422, zh: '文件没有通过安全检查，未保存。', next: '请换一个文件，或到窗口提交纸质材料。' },
  'files.checking': {
    status: 409,
    zh: '这个文件正在做安全检查，检查完才能查看。',
    next: '通常几分钟就好，请稍后再打开；办件不受影响。',
  },
  'files.store_away': {
    status: 503,
    zh: '文件库暂时连不上。',
    next: '请过半分钟再试；已经传好的文件都还在。',
  },
  'files.erased': { status: 410, zh: '这个文件的内容已依法删除。', next: '上传和删除的时间仍有存证。' },
  'files.no_scanner': {
    status: 503,
    zh: '系统还没有连接病毒扫描，暂时不能接收文件。',
    next: '请稍后再传，或到窗口提交纸质材料；管理员请连接扫描服务。',
  },
  'files.not_found': { status: 404, zh: '没有找到这个文件，或您无权查看。', next: '请重新上传，或联系经办人。' },
  'files.not_yours': { status: 422, zh: '表单里引用了不是您上传的文件。', next: '请重新上传后再提交。' },
});

export const fileBytesMax = 20 * 1024 * 1024;
