"use strict";
// Charts from the data on the page, in its language and colours; the calculator; and whether the page is old.
(() => {
  const language = document.documentElement.lang;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const rupiah = (value) => `Rp${number.format(value)}`;
  const write = {
    share: (value) => `${number.format(Math.round(value * 10000) / 100)} %`,
    rupiah,
    count: (value) => number.format(value),
  };
  const axis = { ...write, rupiah: (value) => `Rp${short.format(value)}` };
  const charts = [];

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      ink: of("ink"), soft: of("soft"), line: of("line"), paper: of("paper"),
      series: [1, 2, 3, 4, 5, 6].map((n) => of(`chart-${n}`)),
    };
  }

  // Whether the label of a node would lie over others where there is little room; the table below names them all.
  function isThin(links, name) {
    const sum = (end) => links.reduce((all, link) => all + (link[end] === name ? link.value : 0), 0);
    const largest = Math.max(...links.map((link) => link.value));
    return Math.max(sum("source"), sum("target")) < largest / 8;
  }

  function dressed(option, narrow) {
    const is = colours();
    const kind = option.kind || "count";
    const text = { color: is.ink, fontFamily: "system-ui, sans-serif", fontSize: 13, lineHeight: 15 };
    const dress = (one, upright) => one && {
      ...one,
      axisLabel: {
        ...text, hideOverlap: !upright, ...(upright && one.type === "category" ? { interval: 0 } : {}),
        ...(one.type === "value" ? { formatter: axis[kind] } : { width: narrow ? 110 : 260, overflow: "break" }),
      },
      axisLine: { lineStyle: { color: is.line } },
      splitLine: { lineStyle: { color: is.line } },
      splitNumber: narrow ? 3 : 5,
    };
    const said = (value) => (value === null || value === undefined ? "–" : write[kind](value));
    const series = option.series.map((one) => (one.type === "sankey" ? {
      ...one,
      data: one.data.map((node) => (narrow && isThin(one.links, node.name) ? { ...node, label: { show: false } } : node)),
      orient: narrow ? "vertical" : "horizontal",
      label: narrow ? { ...text, fontSize: 11, lineHeight: 12, width: 64, overflow: "break", position: "bottom" } : { ...text, width: 150, overflow: "break" },
      left: narrow ? 20 : 4, right: narrow ? 20 : 160, top: 8, bottom: narrow ? 60 : 8, nodeGap: narrow ? 16 : 12,
      lineStyle: { color: "source", opacity: 0.35 },
    } : one.type === "line" ? { ...one, symbolSize: 7, lineStyle: { width: 3 } } : { ...one, barMaxWidth: 28 }));
    return {
      color: is.series, textStyle: text, animation: false,
      legend: option.legend && { ...option.legend, top: 0, textStyle: text, type: "plain" },
      grid: option.xAxis && { left: 4, right: 24, bottom: 4, top: option.legend && option.legend.show ? 56 : 12, containLabel: true },
      tooltip: {
        renderMode: "richText", confine: true, trigger: option.xAxis ? "axis" : "item",
        backgroundColor: is.paper, borderColor: is.line, textStyle: text, valueFormatter: said,
      },
      xAxis: dress(option.xAxis, false), yAxis: dress(option.yAxis, true), series,
    };
  }

  function draw() {
    if (!globalThis.echarts) return;
    for (const data of document.querySelectorAll("script[data-chart]")) {
      const place = document.getElementById(data.dataset.chart);
      place.textContent = "";
      place.style.display = "block";
      const chart = echarts.init(place, null, { renderer: "svg" });
      const option = JSON.parse(data.textContent);
      charts.push({ chart, option, place });
      chart.setOption(dressed(option, place.clientWidth < 640));
    }
  }

  function again() {
    for (const { chart, option, place } of charts) {
      chart.resize();
      chart.setOption(dressed(option, place.clientWidth < 640), true);
    }
  }

  // Before printing the page still has the width of the screen: a chart is given that of A4 between its margins.
  function onPaper() {
    document.documentElement.classList.add("paper");
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    for (const { chart, option, place } of charts) {
      chart.resize({ width: 670, height: place.clientHeight });
      chart.setOption(dressed(option, false), true);
    }
  }

  function reckon() {
    for (const place of document.querySelectorAll(".what-if")) {
      const output = place.querySelector("output");
      const value = (name) => Math.max(0, Math.floor(Number(place.querySelector(`[name=${name}]`).value) || 0));
      const show = () => {
        const cost = value("workers") * value("months") * Number(place.dataset.tariff);
        const left = Number(place.dataset.left) - cost;
        const sentence = left < 0 ? output.dataset.short : output.dataset.enough;
        output.textContent = sentence.replace("{cost}", rupiah(cost)).replace("{left}", rupiah(Math.abs(left)));
      };
      place.addEventListener("input", show);
      show();
    }
  }

  function tellAge() {
    const { night, stale } = document.body.dataset;
    const days = Math.floor((Date.now() - new Date(`${night}T00:00:00+07:00`)) / 86400000);
    if (days < 2) return;
    const told = document.createElement("p");
    told.className = "stale";
    const day = document.querySelector(".night time").textContent;
    told.textContent = stale.replace("{day}", day).replace("{n}", number.format(days));
    document.querySelector("header").append(told);
  }

  draw();
  reckon();
  tellAge();
  dark.addEventListener("change", again);
  addEventListener("resize", again);
  addEventListener("beforeprint", onPaper);
  addEventListener("afterprint", () => {
    document.documentElement.classList.remove("paper");
    again();
  });
})();
