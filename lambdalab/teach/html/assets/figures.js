// Draws the page's figures with the Plotly that lies beside it. A drawing may shrink: each layer gets a view box.
for (const place of document.querySelectorAll(".plot")) {
  const { data, layout } = JSON.parse(place.querySelector("script").textContent);
  const { width, height } = layout.width ? layout : { ...layout.template.layout, ...layout };
  const ground = place.appendChild(document.createElement("div"));
  Plotly.newPlot(ground, data, layout, { staticPlot: true }).then(() => {
    for (const layer of ground.querySelectorAll(".main-svg")) {
      layer.setAttribute("viewBox", `0 0 ${width} ${height}`);
    }
    place.dataset.drawn = "";
  });
}
