"""What TensorBoard itself makes of a folder of event files, as JSON: python read.py FOLDER

Its data provider, the way its server reads, and the backend of the plugin HParams; nothing is decoded here.
"""

import json
import sys

from google.protobuf import json_format
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.compat.proto import graph_pb2
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups

folder = sys.argv[1]
multiplexer = plugin_event_multiplexer.EventMultiplexer(
    tensor_size_guidance={"scalars": 0, "histograms": 0, "text": 0}
)
multiplexer.AddRunsFromDirectory(folder)
multiplexer.Reload()
provider = data_provider.MultiplexerDataProvider(multiplexer, folder)
ctx = context.RequestContext()
read = {"experiment_id": "", "downsample": 100000}


def tensors(plugin):
    return {
        run: {tag: [[each.step, each.numpy.tolist()] for each in series] for tag, series in tags.items()}
        for run, tags in provider.read_tensors(ctx, plugin_name=plugin, **read).items()
    }


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def graphs():
    found = {}
    for run, tags in provider.read_blob_sequences(ctx, plugin_name="graphs", **read).items():
        for series in tags.values():
            blob = provider.read_blob(ctx, blob_key=series[-1].values[-1].blob_key)
            graph = graph_pb2.GraphDef.FromString(blob)
            found[run] = {
                "bytes": len(blob),
                "nodes": [[node.name, node.op, list(node.input)] for node in graph.node],
                "functions": [
                    [each.signature.name, len(each.node_def)] for each in graph.library.function
                ],
                "constants": {
                    node.name: [list(d.size for d in t.tensor_shape.dim), t.ByteSize()]
                    for node in graph.node
                    if node.op == "Const"
                    for t in [node.attr["value"].tensor]
                },
            }
    return found


def hparams():
    shared = backend_context.Context(
        base_plugin.TBContext(data_provider=provider, logdir=folder, multiplexer=multiplexer)
    )
    experiment = get_experiment.Handler(ctx, shared, "", api_pb2.GetExperimentRequest()).run()
    request = api_pb2.ListSessionGroupsRequest(
        start_index=0,
        slice_size=1000,
        allowed_statuses=[
            api_pb2.STATUS_UNKNOWN,
            api_pb2.STATUS_SUCCESS,
            api_pb2.STATUS_FAILURE,
            api_pb2.STATUS_RUNNING,
        ],
        aggregation_type=api_pb2.AGGREGATION_AVG,
    )
    groups = list_session_groups.Handler(ctx, shared, "", request).run()
    return {
        "experiment": json_format.MessageToDict(experiment),
        "groups": json_format.MessageToDict(groups).get("sessionGroups", []),
    }


print(
    json.dumps(
        {
            "scalars": {
                run: {tag: [[each.step, each.value] for each in series] for tag, series in tags.items()}
                for run, tags in provider.read_scalars(ctx, plugin_name="scalars", **read).items()
            },
            "histograms": tensors("histograms"),
            "texts": {
                run: {tag: [[step, text(value)] for step, value in series] for tag, series in tags.items()}
                for run, tags in tensors("text").items()
            },
            "graphs": graphs(),
            "hparams": hparams(),
        }
    )
)
