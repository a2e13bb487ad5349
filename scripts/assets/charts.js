import * as core from "echarts/core";
import { LineChart, BarChart, HeatmapChart, TreemapChart } from "echarts/charts";
import { GridComponent, TooltipComponent, LegendComponent, VisualMapComponent, DataZoomInsideComponent, MarkPointComponent, AriaComponent, TitleComponent } from "echarts/components";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
core.use([LineChart, BarChart, HeatmapChart, TreemapChart, GridComponent, TooltipComponent, LegendComponent, VisualMapComponent, DataZoomInsideComponent, MarkPointComponent, AriaComponent, TitleComponent, CanvasRenderer, SVGRenderer]);
export const init = core.init;
