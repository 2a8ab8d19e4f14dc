// The one style sheet, inlined in every page: the calm of WeUI in our own words. System fonts, no images, no :has, no nesting,
// so that old webviews read it. Colours keep 4.5:1 on their grounds in light and dark; targets are 44 px, 60 in large text.

const colours = `:root{color-scheme:light dark;--bg:#f2f4f3;--card:#fff;--ink:#16201b;--soft:#56615b;--line:#dde3df;--edge:#7d8a83;--brand:#0b6e47;--on:#fff;--tint:#e5f2eb;--red:#b3261e;--redtint:#fcecea;--amber:#855300;--ambertint:#fff3dc;--link:#0a6342;--tap:44px;--sm:.875rem}
@media (prefers-color-scheme:dark){:root{--bg:#0e1311;--card:#18201c;--ink:#eaf0ec;--soft:#aab6af;--line:#2c3731;--edge:#82908a;--brand:#4cc38a;--on:#06170f;--tint:#16302a;--red:#ff8a80;--redtint:#3a1b19;--amber:#f4bf62;--ambertint:#35280f;--link:#6fd3a3}}`;

const base = `*{box-sizing:border-box}
html{font-size:16px;-webkit-text-size-adjust:100%}
html.large{font-size:20px;--tap:60px;--sm:.9rem}
html.huge{font-size:30px;--tap:60px;--sm:.8rem}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--bg);color:var(--ink);font:1rem/1.6 -apple-system,"PingFang SC","HarmonyOS Sans SC","MiSans","Noto Sans CJK SC","Microsoft YaHei",sans-serif;overflow-wrap:anywhere}
h1,h2,h3,p,ul,ol,dl,dd,fieldset,figure{margin:0;padding:0;border:0}
ul,ol{list-style:none}
h1{font-size:1.5rem;line-height:1.35;font-weight:650}
h2{font-size:1.0625rem;line-height:1.4;font-weight:600}
h3{font-size:1rem;font-weight:600}
a{color:var(--link);text-underline-offset:.2em}
:focus-visible,.errs:focus{outline:3px solid var(--ink);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-99em;display:flex;align-items:center;min-height:var(--tap)}
.skip:focus{left:8px;top:8px;background:var(--card);padding:8px;z-index:9}
.vh{position:absolute;padding:0;border:0;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.demo{background:var(--ambertint);color:var(--amber);text-align:center;font-size:var(--sm);padding:2px 12px}
.acting{background:var(--ambertint);color:var(--ink);font-weight:600;padding:10px 16px}
.acting a{display:inline-block;padding:8px 0;margin-left:8px}
.top{display:flex;align-items:center;width:100%;max-width:40rem;margin:0 auto;padding:0 8px 0 16px;min-height:var(--tap)}
.top>:first-child{margin-right:auto}
.top a{display:inline-flex;align-items:center;min-height:var(--tap);min-width:var(--tap);padding:0 8px;text-decoration:none}
.top a.logo{padding:0;color:var(--ink);font-weight:650}
.logo svg{width:1.35em;height:1.35em;margin-right:.4em;flex:none}
main{flex:1;width:100%;max-width:40rem;margin:0 auto;padding:8px 16px 32px}
main>*+*{margin-top:16px}
.soft{color:var(--soft)}
.sm{font-size:var(--sm)}
.lead{color:var(--soft);margin-top:4px}
.pre{white-space:pre-line}
.amount{font-size:2rem;line-height:1.2}
.num{font-variant-numeric:tabular-nums}`;

const blocks = `.card{background:var(--card);border-radius:12px;padding:16px}
.card>*+*{margin-top:12px}
.cells{background:var(--card);border-radius:12px;overflow:hidden}
.cells>*+*{border-top:1px solid var(--line)}
.cell{display:flex;align-items:center;min-height:var(--tap);padding:12px 16px;color:inherit;text-decoration:none;width:100%;background:none;border:0;font:inherit;text-align:left;cursor:pointer}
.cell>.grow{flex:1;min-width:0}
.cell .t{display:block;font-weight:500}
.cell .d{display:block;font-size:var(--sm);color:var(--soft)}
a.cell:after,button.cell:after{content:"";flex:none;width:.5em;height:.5em;margin-left:12px;border:solid var(--edge);border-width:2px 2px 0 0;transform:rotate(45deg)}
dl.kv>div{padding:10px 16px}
.kv dt{font-size:var(--sm);color:var(--soft)}
.kv dd{display:flex;gap:12px;justify-content:space-between;align-items:baseline}
.kv dd a{flex:none;display:inline-flex;align-items:center;min-height:var(--tap);margin:-10px 0;padding-left:12px}
.tag{display:inline-block;font-size:var(--sm);line-height:1.5;padding:0 8px;border-radius:99px;background:var(--tint);color:var(--link);white-space:nowrap}
.tag.yellow{background:var(--ambertint);color:var(--amber)}
.tag.red{background:var(--redtint);color:var(--red)}
.note{border-radius:12px;padding:12px 16px;background:var(--tint)}
.note.yellow{background:var(--ambertint)}
.note .tag,.kv .tag{background:none;padding:0;white-space:normal}
.note.red{background:var(--redtint)}
.hero{background:var(--card);border-radius:12px;padding:20px 16px;display:flex;gap:14px;align-items:center}
.hero svg{width:3rem;height:3rem;flex:none;color:var(--brand)}
.hero.no svg{color:var(--amber)}
.hero strong{font-size:1.25rem;line-height:1.35;display:block}
.btn{display:flex;align-items:center;justify-content:center;text-align:center;min-height:max(48px,var(--tap));padding:8px 20px;border:1px solid transparent;border-radius:10px;background:var(--brand);color:var(--on);font:inherit;font-weight:600;text-decoration:none;width:100%;cursor:pointer;-webkit-appearance:none;appearance:none}
.btn.plain{background:var(--card);color:var(--link);border-color:var(--edge)}
.btn.danger{background:none;color:var(--red);border-color:var(--red)}
.btn.sos{background:#b3261e;color:#fff;font-size:1.25rem;min-height:72px;flex-direction:column;line-height:1.35}
.btn.sos small{font-size:var(--sm);font-weight:400}
.btn.slim{width:auto;min-height:var(--tap);padding:6px 16px}
.btn[disabled],.busy .btn{opacity:.6;cursor:default}
.stack>*+*{margin-top:12px}
.row{display:flex;flex-wrap:wrap;gap:12px}
.row>.btn{flex:1 1 9rem;width:auto}
.row>input{flex:1 1 11rem;width:auto;min-width:0}
.row>.btn.slim{flex:0 0 auto}
.steps{display:flex;flex-wrap:wrap;gap:4px 0;font-size:var(--sm);color:var(--soft)}
.steps li{display:flex;align-items:center}
.steps li+li:before{content:"›";margin:0 .5em;color:var(--edge)}
.steps .cell{padding:0 4px;min-height:44px;display:inline-flex;align-items:center;background:none;border:0}
.steps .cell:after{content:none}
.steps .active{color:var(--link);font-weight:600}
.line{padding-left:20px;position:relative}
.line li{padding:0 0 16px;position:relative}
.line li:before{content:"";position:absolute;left:-20px;top:.45em;width:10px;height:10px;border-radius:50%;background:var(--brand)}
.line li:after{content:"";position:absolute;left:-16px;top:1.2em;bottom:-.3em;width:2px;background:var(--line)}
.line li:last-child:after{display:none}
.line li:last-child{padding:0}
.tabs{position:sticky;bottom:0;background:var(--card);border-top:1px solid var(--line);padding-bottom:env(safe-area-inset-bottom)}
.large .tabs,.huge .tabs{position:static}
.tabs ul{display:flex;flex-wrap:wrap;max-width:40rem;margin:auto}
.tabs li{flex:1 1 auto}
.tabs a{display:flex;align-items:center;justify-content:center;min-height:max(52px,var(--tap));min-width:44px;color:var(--soft);text-decoration:none;font-size:var(--sm)}
.tabs a[aria-current]{color:var(--link);font-weight:650;box-shadow:inset 0 3px var(--brand)}
.badge{background:#b3261e;color:#fff;border-radius:99px;font-size:.75rem;line-height:1.3rem;min-width:1.3rem;text-align:center;padding:0 .3rem;margin-left:.2rem}
summary{min-height:var(--tap);display:flex;align-items:center;cursor:pointer;color:var(--link)}
summary:before{content:"＋";margin-right:.4em}
[open]>summary:before{content:"－"}`;

const forms = `.f+.f{margin-top:24px}
.f>*+*{margin-top:8px}
label.q,legend.q{display:block;font-weight:600}
.big>.q,.big>fieldset>.q{font-size:1.5rem;line-height:1.35;font-weight:650}
legend{padding:0}
option,button{font:inherit}
.hint{color:var(--soft);font-size:var(--sm)}
.bad{color:var(--red);font-weight:500}
.warn{color:var(--amber)}
.errs{background:var(--redtint);border-left:4px solid var(--red);border-radius:4px 12px 12px 4px;padding:12px 16px}
.errs li a{color:var(--red);display:inline-flex;align-items:center;min-height:var(--tap)}
input[type=text],input[type=tel],input[type=date],input[type=month],input[type=datetime-local],input[type=time],input[type=search],select,textarea{width:100%;min-height:max(48px,var(--tap));padding:10px 12px;font:inherit;color:inherit;background:var(--card);border:1px solid var(--edge);border-radius:10px;-webkit-appearance:none;appearance:none}
select{background-image:linear-gradient(45deg,transparent 50%,var(--edge) 50%),linear-gradient(135deg,var(--edge) 50%,transparent 50%);background-position:right 18px center,right 12px center;background-size:6px 6px;background-repeat:no-repeat;padding-right:36px}
textarea{min-height:8rem}
[aria-invalid=true]{border:2px solid var(--red)!important}
.unit{display:flex;align-items:center;gap:8px}
.opt{display:flex;align-items:center;gap:12px;min-height:max(52px,var(--tap));padding:8px 16px;cursor:pointer}
.opt input{width:22px;height:22px;margin:0;flex:none;accent-color:var(--brand)}
.opt:focus-within{background:var(--tint)}
.opts>.opt+.opt{border-top:1px solid var(--line)}
.opts{background:var(--card);border-radius:12px;overflow:hidden;border:1px solid var(--line)}
.stars{display:grid;grid-template-columns:1fr}
.rowset{background:var(--card);border-radius:12px;padding:16px}
.rowset+.rowset{margin-top:12px}
.rowset>*+*{margin-top:12px}
.files li{display:flex;align-items:center;gap:12px;padding:8px 16px}
.files img{width:56px;height:56px;object-fit:cover;border-radius:8px;background:var(--line);flex:none}
.files .grow{flex:1;min-width:0}
input[type=file]{width:100%;min-height:max(48px,var(--tap));font:inherit;color:inherit;padding:8px;border:1px dashed var(--edge);border-radius:10px;background:var(--card)}
input[type=file]::file-selector-button{min-height:36px;font:inherit;border:0;border-radius:8px;background:var(--tint);color:var(--link);padding:4px 12px;margin-right:12px}
progress{width:100%;height:10px;accent-color:var(--brand)}
canvas.sign{width:100%;height:180px;background:#fff;border:1px solid var(--edge);border-radius:10px;touch-action:none;display:block}
.code{font-size:1.5rem!important;letter-spacing:.4em;text-align:center}
.bubble{background:var(--card);border-radius:4px 14px 14px;padding:12px 16px}`;

export const css = [colours, base, blocks, forms].join('\n').replace(/\n/g, '');
