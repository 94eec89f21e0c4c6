// Every entry point of the package, by the name under which it is published.
import { Chart, Metaflow, Neptune, Notebook, Progress } from "jsr:@nereid/nereid@^0.1.0";
import * as metaflow from "jsr:@nereid/nereid@^0.1.0/metaflow";
import { MetaflowError } from "jsr:@nereid/nereid@^0.1.0/metaflow/MetaflowError";
import * as Pickle from "jsr:@nereid/nereid@^0.1.0/metaflow/Pickle";
import * as neptune from "jsr:@nereid/nereid@^0.1.0/neptune";
import * as Attribute from "jsr:@nereid/nereid@^0.1.0/neptune/Attribute";
import { NeptuneError } from "jsr:@nereid/nereid@^0.1.0/neptune/NeptuneError";
import { NeptuneSource } from "jsr:@nereid/nereid@^0.1.0/neptune/NeptuneSource";
import * as Nql from "jsr:@nereid/nereid@^0.1.0/neptune/Nql";
import * as chart from "jsr:@nereid/nereid@^0.1.0/Chart";
import * as notebook from "jsr:@nereid/nereid@^0.1.0/Notebook";
import * as progress from "jsr:@nereid/nereid@^0.1.0/Progress";

// One thing, whichever way it comes.
console.log(
  Neptune.Nql.parse === Nql.parse,
  Neptune.Attribute.Float === Attribute.Float,
  Neptune.NeptuneError === NeptuneError,
  Neptune.NeptuneSource === NeptuneSource,
  Neptune.layerArchive === neptune.layerArchive,
  Metaflow.Pickle.decode === Pickle.decode,
  Metaflow.MetaflowError === MetaflowError,
  Metaflow.Run === metaflow.Run,
  Chart.lines === chart.lines,
  Notebook.open === notebook.open,
  Progress.track === progress.track,
);
