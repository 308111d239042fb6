extension HTMLReport {
    private static let light = """
        --bg:#f5f6f9;--card:#fff;--ink:#182033;--muted:#556075;--rule:#e1e5ec;--grid:#e8ecf2;\
        --soft:#f7f8fb;--c1:#2563eb;--c1b:#5b86ee;--c2:#c2410c;--c2b:#dc6f33;--c3:#0f766e;\
        --c4:#7c3aed;--c5:#667388;--good:#0b6b4f;--good-bg:#e4f4ec;--bad:#b42318;\
        --bad-bg:#fdebe9;--warn:#855000;--warn-bg:#fdf2dd;--part:#5a3db3;--part-bg:#efebfc;\
        --shadow:0 1px 2px rgba(20,30,60,.06),0 4px 16px rgba(20,30,60,.05)
        """
    private static let dark = """
        --bg:#0d1117;--card:#151b24;--ink:#e6eaf2;--muted:#9ba8bb;--rule:#273142;--grid:#212a37;\
        --soft:#1a212c;--c1:#6ea8fe;--c1b:#4f80c6;--c2:#ff9f5a;--c2b:#b8733c;--c3:#3ecfb2;\
        --c4:#b79bff;--c5:#93a1b5;--good:#5fd3a8;--good-bg:#12291f;--bad:#ff8f85;\
        --bad-bg:#361a1a;--warn:#f2bd62;--warn-bg:#30240f;--part:#bda8ff;--part-bg:#231d3b;\
        --shadow:none
        """

    static let style = """
        :root{color-scheme:light dark;\(light)}
        @media (prefers-color-scheme:dark){:root{\(dark)}}
        @media print{:root{color-scheme:light;\(light);--bg:#fff;--shadow:none}}
        \(pageStyle)
        \(tableStyle)
        \(chartStyle)
        """

    private static let pageStyle = """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,-apple-system,\
        "Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
        main{max-width:1180px;margin:0 auto;padding:32px 24px 64px}
        h1{font-size:26px;line-height:1.2;margin:0;letter-spacing:-.01em;overflow-wrap:anywhere}
        h2{font-size:18px;margin:0 0 16px;letter-spacing:-.005em}
        section,.banner{background:var(--card);border:1px solid var(--rule);border-radius:14px;\
        box-shadow:var(--shadow);padding:24px 28px;margin:0 0 20px}
        .banner{display:flex;gap:24px;align-items:flex-start;border-left:6px solid var(--tone)}
        .pass{--tone:var(--good);--wash:var(--good-bg)}
        .fail{--tone:var(--bad);--wash:var(--bad-bg)}
        .invalid{--tone:var(--warn);--wash:var(--warn-bg)}
        .partial{--tone:var(--part);--wash:var(--part-bg)}
        .verdict{flex:none;font-weight:700;font-size:20px;letter-spacing:.06em;color:var(--tone);\
        background:var(--wash);border-radius:10px;padding:10px 18px}
        .banner p{margin:6px 0 0;color:var(--muted);max-width:75ch}
        .banner .headline{color:var(--tone);font-weight:600}
        .banner ul{margin:8px 0 0;padding-left:20px}
        .facts{display:flex;flex-wrap:wrap;gap:6px 22px;margin:0 4px 20px;padding:0;\
        list-style:none;color:var(--muted);font-size:14px;overflow-wrap:anywhere}
        .facts b{color:var(--ink);font-weight:600}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;\
        margin:0 0 20px}
        .tile{background:var(--card);border:1px solid var(--rule);border-radius:12px;\
        padding:14px 18px;box-shadow:var(--shadow)}
        .tile b{display:block;font-size:22px;line-height:1.3;font-weight:650;white-space:nowrap}
        .tile span{color:var(--muted);font-size:13px}
        .tile.fail b{color:var(--bad)}
        .lead{color:var(--muted);margin:-10px 0 16px;font-size:14px;max-width:85ch}
        details{border:1px solid var(--rule);border-radius:10px;margin:0 0 10px;\
        background:var(--soft)}
        summary{cursor:pointer;padding:10px 16px;overflow-wrap:anywhere}
        summary:focus-visible{outline:2px solid var(--c1);border-radius:10px}
        details>*:not(summary),details>.scroll{margin:0 16px 14px}
        pre{overflow:auto;margin:0;padding:14px 16px;background:var(--soft);border-radius:10px;\
        border:1px solid var(--rule);font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,\
        "DejaVu Sans Mono",monospace;tab-size:4}
        code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
        footer{color:var(--muted);font-size:13px;text-align:center}
        @media (max-width:640px){main{padding:14px 10px 40px}section,.banner{padding:18px 16px;\
        border-radius:12px}.banner{flex-direction:column;gap:14px}h1{font-size:22px}\
        .tiles{grid-template-columns:1fr 1fr}.tile{padding:12px 14px}.tile b{font-size:19px}}
        @media print{section,figure,.tile{break-inside:avoid}main{max-width:none;padding:0}}
        """

    private static let tableStyle = """
        .scroll{overflow-x:auto;margin:0 -4px;padding:0 4px}
        table{border-collapse:collapse;width:100%;font-size:14px}
        th{text-align:left;font-weight:600;color:var(--muted);font-size:13px;white-space:nowrap}
        th,td{padding:8px 14px 8px 0;border-bottom:1px solid var(--rule);vertical-align:middle}
        tr:last-child>td{border-bottom:0}
        th:last-child,td:last-child{padding-right:0}
        .num{text-align:right;white-space:nowrap}
        .group th{border-bottom:0;padding-bottom:0}
        th.part,td.part{padding-left:16px;border-left:1px solid var(--rule)}
        td.quiet,.quiet{color:var(--muted)}
        td.words{min-width:220px}
        .chip{display:inline-block;border-radius:999px;padding:1px 11px;font-size:13px;\
        font-weight:600;color:var(--tone);background:var(--wash);white-space:nowrap}
        .open{--tone:var(--muted);--wash:var(--grid)}
        .after{padding-left:18px}
        tr.sum td{border-top:2px solid var(--rule);font-weight:600}tr.sum~tr td{font-weight:600}
        .bar{position:relative;width:120px;height:8px;border-radius:4px;background:var(--grid)}
        .bar i{position:absolute;left:0;top:0;bottom:0;border-radius:4px;background:var(--tone)}
        .bar u{position:absolute;left:70%;top:-3px;bottom:-3px;width:2px;background:var(--ink)}
        .trace td{border:0;padding:2px 14px 2px 0;vertical-align:top;font-size:13px}
        .trace td:first-child{white-space:nowrap;color:var(--muted);text-align:right}
        .trace td:last-child{width:100%}
        """

    private static let chartStyle = """
        .charts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:28px 32px}
        figure{margin:0;position:relative;min-width:0}
        figcaption{font-size:14px;margin:0 0 8px;min-height:44px}
        figcaption .name{font-weight:600}
        figcaption .unit{color:var(--muted)}
        .legend{display:flex;flex-wrap:wrap;gap:2px 16px;font-size:13px;color:var(--muted)}
        .key{white-space:nowrap}
        .key svg{width:22px;height:8px;margin-right:6px;vertical-align:middle}
        figure>svg{display:block;width:100%;height:auto;overflow:visible;touch-action:pan-y}
        svg text{font-size:12px;fill:var(--muted);stroke:none}
        text.end{text-anchor:end}text.middle{text-anchor:middle}
        text.faultname{fill:var(--bad)}
        .grid{stroke:var(--grid);fill:none}.base,.tick{stroke:var(--c5);fill:none}
        .mark{stroke:var(--c5);stroke-dasharray:2 4;fill:none;opacity:.7}
        .phase{fill:var(--ink);opacity:.028}.fault{fill:var(--bad);opacity:.14}
        .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .thin{stroke-width:1.4}.dashed{stroke-dasharray:5 5}.dotted{stroke-dasharray:1 5}
        .c1{stroke:var(--c1);fill:var(--c1)}.c2{stroke:var(--c2);fill:var(--c2)}
        .c3{stroke:var(--c3);fill:var(--c3)}.c4{stroke:var(--c4);fill:var(--c4)}
        .c5{stroke:var(--c5);fill:var(--c5)}.c1b{stroke:var(--c1b);fill:var(--c1b)}
        .c2b{stroke:var(--c2b);fill:var(--c2b)}path.line{fill:none}
        .area{stroke:none;opacity:.12}
        .cross,.dot{visibility:hidden}.cross{stroke:var(--ink);opacity:.45}
        .dot{stroke:var(--card);stroke-width:1.5}
        .on .cross{visibility:visible}
        .tip{position:absolute;display:none;pointer-events:none;background:var(--card);\
        color:var(--ink);border:1px solid var(--rule);border-radius:8px;padding:6px 10px;\
        font-size:13px;line-height:1.5;box-shadow:0 4px 18px rgba(0,0,0,.18);z-index:2;\
        white-space:nowrap}
        .tip b{display:block}.tip div{display:flex;gap:14px;justify-content:space-between}
        .tip i{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:6px}
        i.c1{background:var(--c1)}i.c2{background:var(--c2)}i.c3{background:var(--c3)}
        i.c4{background:var(--c4)}i.c5{background:var(--c5)}i.c1b{background:var(--c1b)}
        i.c2b{background:var(--c2b)}
        .charts .empty{padding:84px 16px}
        .empty{margin:0;padding:20px 16px;text-align:center;color:var(--muted);font-size:14px;\
        border:1px dashed var(--rule);border-radius:10px}
        @media (max-width:900px){.charts{grid-template-columns:minmax(0,1fr)}\
        figcaption{min-height:0}}
        @media (max-width:640px){svg text{font-size:16px}text.wide{display:none}}
        """

    /// Shows the values under the pointer, in all charts of one group.
    static let script = """
        //<![CDATA[
        const plots=[...document.querySelectorAll('figure.plot')].map(f=>({f,
          d:JSON.parse(f.dataset.tip),svg:f.querySelector(':scope>svg'),
          cross:f.querySelector('.cross'),dots:[...f.querySelectorAll('.dot')],
          tip:f.querySelector('.tip')}));
        const mark=(p,i)=>{p.f.classList.add('on');
          p.cross.setAttribute('x1',p.d.x[i]);p.cross.setAttribute('x2',p.d.x[i]);
          p.dots.forEach((o,k)=>{const y=p.d.l[k].y[i];
            o.style.visibility=y==null?'hidden':'visible';
            if(y!=null){o.setAttribute('cx',p.d.x[i]);o.setAttribute('cy',y)}})};
        const clear=p=>{p.f.classList.remove('on');p.tip.style.display='none';
          p.dots.forEach(o=>o.style.visibility='hidden')};
        const words=(p,i)=>{const head=document.createElement('b');head.textContent=p.d.t[i];
          p.tip.replaceChildren(head,...p.d.l.map(l=>{const row=document.createElement('div'),
            name=document.createElement('span'),spot=document.createElement('i'),
            value=document.createElement('span');spot.className=l.c;
            name.append(spot,l.n);value.textContent=l.v[i];row.append(name,value);return row}))};
        plots.forEach(p=>{const box=p.svg.viewBox.baseVal,
          peers=plots.filter(o=>o===p||p.f.dataset.group&&o.f.dataset.group===p.f.dataset.group);
          p.svg.addEventListener('pointermove',e=>{const r=p.svg.getBoundingClientRect(),
            x=(e.clientX-r.left)*box.width/r.width;let i=0;
            p.d.x.forEach((at,k)=>{if(Math.abs(at-x)<Math.abs(p.d.x[i]-x))i=k});
            peers.forEach(o=>mark(o,i));words(p,i);const t=p.tip.style;t.display='block';
            const at=p.d.x[i]*r.width/box.width,isRight=at>r.width/2;
            t.left=isRight?'auto':at+14+'px';t.right=isRight?r.width-at+14+'px':'auto';
            t.top=r.top-p.f.getBoundingClientRect().top+r.height*.2+'px'});
          p.svg.addEventListener('pointerleave',()=>peers.forEach(clear))});
        //]]>
        """
}
