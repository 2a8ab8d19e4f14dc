// Names for people and organisations that do not exist. Surnames and given names are common ones, put together by chance; every
// company says of itself that it is fictional. Data only.

/** By how common they are. */
export const surnames: readonly (readonly [string, number])[] = [
  ['陈', 96], ['林', 92], ['黄', 60], ['张', 54], ['吴', 48], ['李', 46], ['王', 44], ['郑', 36], ['刘', 34], ['蔡', 30], ['杨', 28],
  ['许', 26], ['谢', 20], ['叶', 18], ['洪', 16], ['苏', 16], ['曾', 15], ['郭', 15], ['周', 14], ['徐', 13], ['赵', 12], ['何', 12],
  ['罗', 11], ['朱', 10], ['高', 10], ['邱', 10], ['江', 9], ['余', 9], ['沈', 8], ['潘', 8], ['钟', 7], ['廖', 7], ['傅', 6], ['庄', 6],
  ['欧阳', 3], ['上官', 2],
];

export const givenMale = [
  '志强', '建华', '伟', '军', '勇', '磊', '涛', '明辉', '国栋', '文斌', '俊杰', '海峰', '晓东', '永福', '振宇', '家豪', '子轩', '浩然', '嘉诚',
  '阿龙', '启明', '宏伟', '少华', '庆祥', '德胜', '立新', '鹏', '超', '凯', '斌', '金水', '清泉', '水生', '春林', '世杰', '荣华',
] as const;

export const givenFemale = [
  '秀英', '丽华', '美玲', '雅婷', '婷婷', '静', '敏', '艳', '娟', '芳', '淑贞', '慧敏', '晓燕', '雪梅', '桂兰', '玉珍', '佳怡', '诗涵', '欣怡',
  '海燕', '丽萍', '春梅', '阿妹', '素云', '月娥', '惠玲', '琳', '倩', '红', '梅', '巧云', '金凤', '碧霞', '宝珠', '思琪', '梦瑶',
] as const;

export const districts = [
  { region: '350203', zh: '思明区', street: '中山街道', spot: '中山路步行街口', lat: 24.4553, lng: 118.0817, weight: 26 },
  { region: '350205', zh: '海沧区', street: '海沧街道', spot: '沧湖东路与滨湖北路口', lat: 24.4846, lng: 118.0331, weight: 14 },
  { region: '350206', zh: '湖里区', street: '江头街道', spot: '嘉禾路与吕岭路口', lat: 24.4927, lng: 118.1466, weight: 25 },
  { region: '350211', zh: '集美区', street: '杏林街道', spot: '杏林湾路与诚毅北路口', lat: 24.5756, lng: 118.0973, weight: 16 },
  { region: '350212', zh: '同安区', street: '祥平街道', spot: '环城西路与银湖路口', lat: 24.7233, lng: 118.1522, weight: 11 },
  { region: '350213', zh: '翔安区', street: '马巷街道', spot: '巷北路与五星路口', lat: 24.6183, lng: 118.2482, weight: 8 },
] as const;
export type District = (typeof districts)[number];

export const city = { region: '350200', zh: '厦门市' } as const;

export const platforms = [
  { code: 'lusong', name: '鹭送外卖平台（虚构）', occupation: '网约配送员' },
  { code: 'minda', name: '闽达快递（虚构）', occupation: '快递员' },
  { code: 'kuaiqi', name: '快骑出行平台（虚构）', occupation: '网约车司机' },
  { code: 'tonghuo', name: '通货运力平台（虚构）', occupation: '货车司机' },
  { code: 'anjia', name: '安家家政平台（虚构）', occupation: '家政服务员' },
] as const;

export const hospitals = [
  { code: 'first', name: '鹭江协议医院（虚构）', region: '350203' },
  { code: 'second', name: '湖边协议医院（虚构）', region: '350206' },
  { code: 'third', name: '集美湾协议医院（虚构）', region: '350211' },
  { code: 'fourth', name: '翔安协议医院（虚构）', region: '350213' },
] as const;

/** Streets around the districts where accidents of the city happen. */
export const accidentKinds = [
  ['道路交通', 62], ['跌倒', 20], ['装卸搬运', 9], ['烫伤', 3], ['其他', 6],
] as const;
