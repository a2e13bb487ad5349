import * as core from "echarts/core";
import { LineChart, BarChart, HeatmapChart, TreemapChart } from "echarts/charts";
import { GridComponent, TooltipComponent, LegendComponent, VisualMapComponent, DataZoomInsideComponent, MarkPointComponent, AriaComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
core.use([LineChart, BarChart, HeatmapChart, TreemapChart, GridComponent, TooltipComponent, LegendComponent, VisualMapComponent, DataZoomInsideComponent, MarkPointComponent, AriaComponent, CanvasRenderer]);
export const init = core.init;
