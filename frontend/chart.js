/** Charts: the only pages that load this are those with a chart. Canvas, and tooltips drawn into it: no style is injected. */

import { BarChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const PALETTE = ["#2f7ed8", "#0ca678", "#f76707", "#ae3ec9", "#d6336c", "#f59f00", "#4263eb", "#74b816", "#868e96", "#17a2b8"];
const charts = [];

function draw(holder) {
  const { labels, series, beside } = JSON.parse(document.getElementById(holder.dataset.chart).textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const text = { color: colour("--quiet") };
  const chart = init(holder, null, { renderer: "canvas" });
  chart.setOption({
    color: PALETTE,
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    grid: { left: 8, right: 8, top: 8, bottom: 48, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" } },
    legend: { bottom: 0, type: "scroll", textStyle: text, pageTextStyle: text, itemWidth: 12, itemHeight: 12 },
    xAxis: { type: "category", data: labels, axisLabel: text, axisTick: { show: false } },
    yAxis: { type: "value", minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: colour("--line") } } },
    series: series.map(({ name, values }) => ({ name, type: "bar", stack: beside ? undefined : "all", data: values, barMaxWidth: 40 })),
  });
  charts.push([holder, chart]);
}

function redraw() {
  for (const [holder, chart] of charts.splice(0)) {
    chart.dispose();
    draw(holder);
  }
}

document.querySelectorAll("[data-chart]").forEach(draw);
window.addEventListener("resize", () => charts.forEach(([, chart]) => chart.resize()));
document.addEventListener("theme", () => setTimeout(redraw));
