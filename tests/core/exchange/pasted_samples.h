// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace qs::test {

/// A text of each kind and what its first configuration is, as the members of toJson.
struct PastedSample {
    const char* name;
    const char* text;
    const char* kind;
    const char* spec; ///< members that the spec's JSON must have; ' for "
    int configurations = 1;
};

inline constexpr PastedSample kPastedSamples[] = {
    {"log line", "INFO: scale=0.0039, zero_point=0, dtype=torch.quint8", "named parameters",
     "{'dtype':'quint8','observer':'fixed','scale':[0.0039],'zero_point':[0],'dialect':'torch'}"},
    {"numbers in any notation", "scale = 1/256; zero_point = -2*3; dtype = int8",
     "named parameters", "{'dtype':'int8','scale':[0.00390625],'zero_point':[-6]}"},
    {"power", "scale: 2**-8\nzero_point: 0x10", "named parameters",
     "{'dtype':'qint8','scale':[0.00390625],'zero_point':[16]}"},
    {"ONNX", "x_scale: 0.02 x_zero_point: 128 y_scale: 0.5 y_zero_point: 3", "named parameters",
     "{'dtype':'quint8','scale':[0.02],'zero_point':[128],'dialect':'onnx'}", 2},
    {"numpy 2", "{'scale': np.float32(0.25), 'zero_point': np.int64(3)}", "named parameters",
     "{'scale':[0.25],'zero_point':[3]}"},
    {"quantized tensor",
     "tensor([0.9945, 0.3471], size=(2,), dtype=torch.quint8,\n"
     "       quantization_scheme=torch.per_tensor_affine, scale=0.0039, zero_point=5)",
     "PyTorch's repr of a quantized tensor",
     "{'dtype':'quint8','qscheme':'per_tensor_affine','scale':[0.0039],'zero_point':[5]}"},
    {"learnable",
     "FakeQuantize(scale=Parameter containing:\ntensor([0.5], requires_grad=True), "
     "zero_point=tensor([1]), dtype=torch.qint8, qscheme=torch.per_tensor_affine)",
     "PyTorch's repr of a fake quantize module", "{'scale':[0.5],'zero_point':[1]}"},
    {"model",
     "Sequential(\n  (0): Linear(\n    in_features=3, out_features=4, bias=True\n"
     "    (weight_fake_quant): FakeQuantize(\n      quant_min=-128, quant_max=127, "
     "dtype=torch.qint8, qscheme=torch.per_tensor_symmetric, ch_axis=-1, "
     "scale=tensor([0.25]), zero_point=tensor([0], dtype=torch.int32)\n    )\n  )\n"
     "  (1): FakeQuantize(scale=tensor([0.5]), zero_point=tensor([1]), "
     "dtype=torch.quint8)\n)",
     "PyTorch's repr of a fake quantize module",
     "{'dtype':'qint8','qscheme':'per_tensor_symmetric','scale':[0.25]}", 2},
    {"quantized module",
     "QuantizedLinear(in_features=3, out_features=4, scale=0.010174286551773548, zero_point=33, "
     "qscheme=torch.per_channel_affine)",
     "PyTorch's repr of a quantized module",
     "{'dtype':'quint8','qscheme':'per_tensor_affine','scale':[0.010174287],'zero_point':[33]}"},
    {"observer", "MinMaxObserver(min_val=-1.0, max_val=2.0)", "a PyTorch observer",
     "{'dtype':'qint8','observer':'fixed','scale':[0.011764706],'zero_point':[-43]}"},
    {"observer that saw nothing", "HistogramObserver(min_val=inf, max_val=-inf)",
     "a PyTorch observer", "{'dtype':'qint8','observer':'histogram'}"},
    {"with_args",
     "HistogramObserver.with_args(dtype=torch.quint8, qscheme=torch.per_tensor_affine)",
     "a PyTorch observer", "{'dtype':'quint8','observer':'histogram'}"},
    {"nested with_args",
     "FakeQuantize.with_args(observer=MovingAverageMinMaxObserver.with_args("
     "averaging_constant=0.1), quant_min=0, quant_max=15, dtype=torch.quint8)()",
     "a PyTorch observer",
     "{'dtype':'quint8','observer':'moving_average_minmax','averaging_constant':0.1,"
     "'quant_max':15}"},
    {"a class alone", "torch.ao.quantization.PerChannelMinMaxObserver", "a PyTorch observer",
     "{'dtype':'quint8','qscheme':'per_channel_affine','axis':0,'observer':'minmax'}"},
    {"source of a qconfig",
     "my = QConfig(activation=MinMaxObserver.with_args(dtype=torch.quint8), "
     "weight=default_per_channel_weight_observer)",
     "PyTorch's QConfig",
     "{'dtype':'qint8','qscheme':'per_channel_symmetric','axis':0,'observer':'minmax'}", 2},
    {"AIMET 0.6.1",
     "{\"bitwidth\": 8, \"dtype\": \"int\", \"is_symmetric\": \"False\", \"max\": 1.189,"
     " \"min\": -0.902, \"offset\": -110, \"scale\": 0.0082}",
     "AIMET's encodings",
     "{'dtype':'uint8','qscheme':'per_tensor_affine','scale':[0.0082],'zero_point':[110],"
     "'dialect':'aimet'}"},
    {"AIMET symmetric channels",
     "{\"param_encodings\": {\"fc.weight\": [{\"bitwidth\": 4, \"dtype\": \"int\","
     " \"is_symmetric\": \"True\", \"max\": 0.7, \"min\": -0.8, \"offset\": -8, \"scale\": 0.1},"
     " {\"bitwidth\": 4, \"dtype\": \"int\", \"is_symmetric\": \"True\", \"max\": 1.4,"
     " \"min\": -1.6, \"offset\": -8, \"scale\": 0.2}]}, \"activation_encodings\": {\"fc\":"
     " {\"output\": {\"0\": {\"bitwidth\": 8, \"dtype\": \"int\", \"is_symmetric\": \"False\","
     " \"offset\": 0, \"scale\": 0.5}}}, \"relu\": {\"output\": {\"0\": {\"bitwidth\": 16,"
     " \"dtype\": \"float\"}}}}, \"version\": \"0.6.1\"}",
     "AIMET's encodings",
     "{'dtype':'int4','qscheme':'per_channel_symmetric','axis':0,'scale':[0.1,0.2],"
     "'zero_point':[0,0]}",
     2},
    {"AIMET 1.0.0",
     "{\"version\": \"1.0.0\", \"activation_encodings\": [{\"name\": \"x\", \"bw\": 16,"
     " \"dtype\": \"INT\", \"enc_type\": \"PER_TENSOR\", \"is_sym\": false, \"offset\": [-35799],"
     " \"scale\": [6.05e-05]}], \"param_encodings\": [{\"name\": \"w\", \"bw\": 8,"
     " \"dtype\": \"INT\", \"enc_type\": \"PER_BLOCK\", \"block_size\": 64, \"is_sym\": true,"
     " \"offset\": [-127, -127], \"scale\": [0.1, 0.2]}]}",
     "AIMET's encodings", "{'dtype':'uint16','scale':[0.0000605],'zero_point':[35799]}", 2},
    {"AIMET 2.0.0",
     "{\"version\": \"2.0.0\", \"encodings\": [{\"name\": \"w\", \"y_scale\": [0.1, 0.2],"
     " \"output_dtype\": \"int4\", \"axis\": 0}]}",
     "named parameters", "{'dtype':'int4','axis':0,'scale':[0.1,0.2],'zero_point':[0]}"},
    {"TFLite tuple", "(0.003921568859368563, -128)", "TensorFlow Lite's (scale, zero_point)",
     "{'dtype':'qint8','scale':[0.003921569],'zero_point':[-128],'dialect':'onnx',"
     "'rounding':'half_away'}"},
    {"TFLite tuple without a sign", "(np.float32(0.0078125), 200)",
     "TensorFlow Lite's (scale, zero_point)", "{'dtype':'quint8','zero_point':[200]}"},
    {"TFLite dict",
     "{'scales': array([0.1, 0.2], dtype=float32), 'zero_points': array([0, 0], dtype=int32), "
     "'quantized_dimension': 1}",
     "TensorFlow Lite's quantization_parameters",
     "{'qscheme':'per_channel_affine','axis':1,'scale':[0.1,0.2],'zero_point':[0,0]}"},
    {"TFLite details",
     "[{'name': 'serving_default_x:0', 'index': 0, 'shape': array([1, 3], dtype=int32), "
     "'dtype': <class 'numpy.int8'>, 'quantization': (0.5, 4), 'quantization_parameters': "
     "{'scales': array([0.5], dtype=float32), 'zero_points': array([4], dtype=int32), "
     "'quantized_dimension': 0}, 'sparsity_parameters': {}}]",
     "TensorFlow Lite's quantization_parameters",
     "{'dtype':'int8','scale':[0.5],'zero_point':[4]}"},
    {"formula", "linear: 0.003921568859368563 * (q + 128)", "a linear formula",
     "{'dtype':'qint8','scale':[0.003921569],'zero_point':[-128]}"},
    {"own JSON",
     "{\"dtype\": \"uint4\", \"qscheme\": \"per_tensor_affine\", \"observer\": \"percentile\","
     " \"percentile\": 99.9}",
     "Quantoscope's JSON", "{'dtype':'uint4','observer':'percentile','percentile':99.9}"},
    {"own link", "quantoscope:v1?dt=qint8&s=0.00390625&z=0&future=1", "Quantoscope's text link",
     "{'dtype':'qint8','observer':'fixed','scale':[0.00390625],'zero_point':[0]}"},
    {"link through a browser", "quantoscope:v1?dt=int8&qs=per_channel_affine&s=0.5%2C1e-5&z=1%2C2",
     "Quantoscope's text link", "{'dtype':'int8','scale':[0.5,0.00001],'zero_point':[1,2]}"},
};

} // namespace qs::test
