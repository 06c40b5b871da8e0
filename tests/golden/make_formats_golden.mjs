// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Makes tests/golden/formats/onnxruntime: what ONNX Runtime's CPU kernels say of Cast, QuantizeLinear,
// DequantizeLinear and DynamicQuantizeLinear.
//
//     npm install --ignore-scripts onnxruntime-node     (in a directory of its own)
//     node tests/golden/make_formats_golden.mjs DIRECTORY
//
// The models of one or two nodes are written here as protobuf (onnx.proto3), opset 21. Types that
// JavaScript has no arrays for leave the graph as float32: a float8 by Cast, codes of 4 bits by
// DequantizeLinear with the scale 1. cases.json lists the cases; the arrays of 4-byte elements stand
// one behind the other in values.bin, each of them once.
import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(join(resolve(process.argv[2]), 'index.js'));
const ort = require('onnxruntime-node');
const out = join(dirname(fileURLToPath(import.meta.url)), 'formats', 'onnxruntime');

// Protobuf.
function varint(value) {
    const bytes = [];
    let v = BigInt.asUintN(64, BigInt(value));
    do {
        const low = Number(v & 0x7fn);
        v >>= 7n;
        bytes.push(v > 0n ? low | 0x80 : low);
    } while (v > 0n);
    return Buffer.from(bytes);
}
const int = (field, value) => Buffer.concat([varint(field * 8), varint(value)]);
function bytes(field, content) {
    const data = Buffer.isBuffer(content) ? content : Buffer.from(content);
    return Buffer.concat([varint(field * 8 + 2), varint(data.length), data]);
}
const message = (field, ...parts) => bytes(field, Buffer.concat(parts));

const TYPES = { float: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, float16: 10, bfloat16: 16,
    float8_e4m3fn: 17, float8_e4m3fnuz: 18, float8_e5m2: 19, float8_e5m2fnuz: 20, uint4: 21, int4: 22,
    float4_e2m1: 23 };
const INTEGERS = { uint8: [0, 255], int8: [-128, 127], uint16: [0, 65535], int16: [-32768, 32767],
    uint4: [0, 15], int4: [-8, 7] };
const FLOAT8 = ['float8_e4m3fn', 'float8_e4m3fnuz', 'float8_e5m2', 'float8_e5m2fnuz'];

function rawData(type, values) {
    if (type === 'float') return Buffer.from(Float32Array.from(values).buffer);
    if (type.endsWith('int4')) { // two in a byte, the first one low
        const packed = Buffer.alloc((values.length + 1) >> 1);
        values.forEach((v, i) => { packed[i >> 1] |= (v & 15) << (i % 2 * 4); });
        return packed;
    }
    const size = type.endsWith('16') ? 2 : 1;
    const data = Buffer.alloc(values.length * size);
    values.forEach((v, i) => (size === 2 ? data.writeUInt16LE(v & 0xffff, 2 * i) : data.writeUInt8(v & 0xff, i)));
    return data;
}
function initializer(name, type, dims, values) {
    return message(5, ...dims.map((d) => int(1, d)), int(2, TYPES[type]), bytes(8, name), bytes(9, rawData(type, values)));
}
const attribute = (name, value) => message(5, bytes(1, name), int(3, value), int(20, 2));
function node(op, inputs, outputs, attributes = {}) {
    return message(1, ...inputs.map((i) => bytes(1, i)), ...outputs.map((o) => bytes(2, o)), bytes(4, op),
        ...Object.entries(attributes).map(([k, v]) => attribute(k, v)));
}
function valueInfo(field, name, type, dims) {
    const shape = message(2, ...dims.map((d) => message(1, int(1, d))));
    return message(field, bytes(1, name), message(2, message(1, int(1, TYPES[type]), shape)));
}
async function run(dims, x, nodes, initializers, outputs) {
    const graph = message(7, ...nodes, bytes(2, 'g'), ...initializers, valueInfo(11, 'x', 'float', dims),
        ...outputs.map(([name, type, d]) => valueInfo(12, name, type, d)));
    const model = Buffer.concat([int(1, 10), graph, message(8, bytes(1, ''), int(2, 21))]);
    const session = await ort.InferenceSession.create(new Uint8Array(model), { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
    return session.run({ x: new ort.Tensor('float32', Float32Array.from(x), dims) });
}

// Data.
const blobs = [];
const known = new Map();
let offset = 0;
function blob(array) {
    const data = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    const key = data.toString('base64');
    if (!known.has(key)) {
        known.set(key, { at: offset, count: array.length });
        blobs.push(data);
        offset += array.length;
    }
    return known.get(key);
}
const f32 = (values) => blob(Float32Array.from(values));
const i32 = (values) => blob(Int32Array.from(values));

let state = 1;
function uniform() { // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
const scratch = new DataView(new ArrayBuffer(4));
function fromBits(bits) {
    scratch.setUint32(0, bits >>> 0);
    return scratch.getFloat32(0);
}
const bitsOf = (v) => { scratch.setFloat32(0, v); return scratch.getUint32(0); };

/// Every power of two that a format of 4 or 5 exponent bits and a few mantissa bits knows, halves of
/// its last digit and the floats beside them; limits, specials, random bit patterns.
function castValues() {
    const values = [0, -0, Infinity, -Infinity, NaN, fromBits(1), fromBits(0x80000001), fromBits(0x7f7fffff), fromBits(0xff7fffff)];
    for (const limit of [240, 248, 256, 448, 464, 480, 512, 57344, 61440, 65536, 65504, 65520])
        for (const step of [-1, 0, 1]) values.push(fromBits(bitsOf(limit) + step), -fromBits(bitsOf(limit) + step));
    for (let e = -20; e <= 17; ++e)
        for (let m = 16 + e % 2; m < 32; m += e < -12 || e > 10 ? 1 : 2) {
            const middle = 2 ** e * m / 16 * (1 + uniform() * (m % 4 === 0));
            values.push(fromBits(bitsOf(middle) + m % 3 - 1) * (m % 2 ? 1 : -1), 2 ** e * m / 16);
        }
    for (let i = 0; i < 50; ++i) values.push(fromBits(Math.floor(uniform() * 2 ** 32)));
    return values;
}

const cases = [];
const values = castValues();
for (const [type, saturations] of [...FLOAT8.map((t) => [t, [1, 0]]), ['float16', [0]], ['bfloat16', [0]]]) {
    for (const saturate of saturations) {
        const attributes = { to: TYPES[type] };
        if (type.startsWith('float8')) attributes.saturate = saturate;
        // ONNX's tables have NaN or Inf from here to the next power of two; ONNX Runtime 1.30 gives the
        // largest value for a part of it, or NaN for Inf.
        const disputed = { float8_e4m3fn: [464.00001, 512], float8_e5m2: [61440, 65536] }[saturate ? '' : type] ?? [Infinity, 0];
        const x = values.filter((v) => !(Math.abs(v) >= disputed[0] && Math.abs(v) < disputed[1]));
        const result = await run([x.length], x,
            [node('Cast', ['x'], ['c'], attributes), node('Cast', ['c'], ['y'], { to: TYPES.float })], [], [['y', 'float', [x.length]]]);
        cases.push({ kind: 'cast', dtype: type, saturate: saturate === 1, x: f32(x), y: f32(result.y.data) });
    }
}

/// y and the codes of QuantizeLinear, for a scale and a zero_point of each set.
async function quantize(type, dims, axis, block, seed) {
    state = seed;
    const integer = type in INTEGERS;
    const [lo, hi] = integer ? INTEGERS[type] : [0, 0];
    const paramDims = axis === null ? [] : block > 0 ? dims.map((d, i) => (i === axis ? Math.ceil(d / block) : d)) : [dims[axis]];
    const sets = paramDims.reduce((a, b) => a * b, 1);
    const scale = Float32Array.from({ length: sets }, () => 2 ** (uniform() * 8 - 6));
    const zero = Int32Array.from({ length: sets }, () => (integer ? lo + Math.floor(uniform() * (hi - lo + 1)) : 0));
    const setOf = (i) => {
        if (axis === null) return 0;
        const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
        const channel = Math.floor(i / inner) % dims[axis];
        if (block === 0) return channel;
        return (Math.floor(i / inner / dims[axis]) * paramDims[axis] + Math.floor(channel / block)) * inner + i % inner;
    };
    const n = dims.reduce((a, b) => a * b, 1);
    const width = integer ? Math.min(hi - lo, 300) : 200;
    const x = Float32Array.from({ length: n }, (_, i) => {
        const s = scale[setOf(i)];
        switch (i % 4) {
        case 0: return (Math.floor(uniform() * width) - width / 2 + 0.5) * s; // a tie
        case 1: return normal() * s * width / 4;
        case 2: return integer ? (lo + uniform() * (hi - lo) - zero[setOf(i)]) * s : 2 ** (uniform() * 24 - 14) * s * Math.sign(normal());
        default: // Along an axis and in blocks ONNX Runtime goes through int32: more than that overflows in it.
            if (i % 16 !== 3) return normal() * s;
            return axis === null || !integer ? [1e30, -1e30, Infinity, -Infinity][(i >> 4) % 4] : [1e6, -1e6][(i >> 4) % 2] * s;
        }
    });
    const attributes = axis === null ? {} : block > 0 ? { axis, block_size: block } : { axis };
    const nodes = [
        node('QuantizeLinear', ['x', 's', 'z'], ['q'], attributes),
        node('DequantizeLinear', ['q', 's', 'z'], ['y'], attributes),
        integer ? node('DequantizeLinear', ['q', 'one', 'none'], ['c'], {}) : node('Cast', ['q'], ['c'], { to: TYPES.float })];
    const initializers = [initializer('s', 'float', paramDims, scale), initializer('z', type, paramDims, zero)];
    if (integer) initializers.push(initializer('one', 'float', [], [1]), initializer('none', type, [], [0]));
    const result = await run(dims, x, nodes, initializers, [['y', 'float', dims], ['c', 'float', dims]]);
    cases.push({ kind: 'quantize_linear', dtype: type, shape: dims, axis: axis ?? 0, per_axis: axis !== null, block_size: block,
        scale: f32(scale), zero_point: i32(zero), x: f32(x), y: f32(result.y.data),
        ...(integer ? { q: i32(result.c.data) } : { level: f32(result.c.data) }) });
}
let seed = 100;
for (const type of [...Object.keys(INTEGERS), ...FLOAT8]) {
    for (let k = 0; k < 2; ++k) await quantize(type, [56], null, 0, ++seed);
    for (const [dims, axis] of [[[3, 5, 3], 0], [[3, 5, 3], 1], [[3, 5, 3], 2], [[2, 64], 0]]) await quantize(type, dims, axis, 0, ++seed);
    for (const [dims, axis, block] of [[[2, 8, 3], 1, 4], [[5, 9], 0, 2], [[1, 32], 1, 16], [[3, 14], 1, 5]])
        await quantize(type, dims, axis, block, ++seed);
}

const ranges = { normal: () => normal(), positive: () => uniform() + 0.5, negative: () => -uniform() - 0.5, wide: () => normal() * 1e20,
    small: () => normal() * 1e-3, one_sided: () => normal() + 3 };
for (const [name, next] of Object.entries(ranges)) {
    for (let k = 0; k < 2; ++k) {
        const x = Float32Array.from({ length: 40 }, next);
        const result = await run([40], x, [node('DynamicQuantizeLinear', ['x'], ['y', 's', 'z'])], [],
            [['y', 'uint8', [40]], ['s', 'float', []], ['z', 'uint8', []]]);
        cases.push({ kind: 'dynamic_quantize_linear', dtype: 'uint8', values: name, x: f32(x), q: i32(result.y.data), scale: f32(result.s.data),
            zero_point: i32(result.z.data) });
    }
}

mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'values.bin'), Buffer.concat(blobs));
const version = require('onnxruntime-node/package.json').version;
writeFileSync(join(out, 'cases.json'), JSON.stringify({ onnxruntime: version, cases }) + '\n');
console.log(cases.length, 'cases,', offset * 4, 'bytes');
