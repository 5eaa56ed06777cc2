/**
 * For tests: TensorBoard's messages, written down from its .proto files and decoded by protobufjs - an implementation that
 * shares nothing with ours. Framing is checked here a second time too, with a checksum computed bit by bit.
 */
import protobuf from 'protobufjs'

const source = `
syntax = "proto3";
package tensorboard;
message Event {
  double wall_time = 1;
  int64 step = 2;
  oneof what {
    string file_version = 3;
    bytes graph_def = 4;
    Summary summary = 5;
    SessionLog session_log = 7;
  }
  SourceMetadata source_metadata = 10;
}
message SourceMetadata { string writer = 1; }
message SessionLog { int32 status = 1; string checkpoint_path = 2; string msg = 3; }
message Summary {
  repeated Value value = 1;
  message Value {
    string tag = 1;
    string node_name = 7;
    SummaryMetadata metadata = 9;
    oneof value {
      float simple_value = 2;
      Image image = 4;
      HistogramProto histo = 5;
      Audio audio = 6;
      TensorProto tensor = 8;
    }
  }
  message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }
  message Audio {
    float sample_rate = 1; int64 num_channels = 2; int64 length_frames = 3;
    bytes encoded_audio_string = 4; string content_type = 5;
  }
}
message HistogramProto {
  double min = 1; double max = 2; double num = 3; double sum = 4; double sum_squares = 5;
  repeated double bucket_limit = 6; repeated double bucket = 7;
}
message SummaryMetadata {
  PluginData plugin_data = 1;
  string display_name = 2;
  string summary_description = 3;
  int32 data_class = 4;
  message PluginData { string plugin_name = 1; bytes content = 2; }
}
message TensorProto {
  int32 dtype = 1; TensorShapeProto tensor_shape = 2; int32 version_number = 3; bytes tensor_content = 4;
  repeated float float_val = 5; repeated double double_val = 6; repeated bytes string_val = 8;
}
message TensorShapeProto {
  repeated Dim dim = 2;
  bool unknown_rank = 3;
  message Dim { int64 size = 1; string name = 2; }
}
message GraphDef { repeated NodeDef node = 1; }
message NodeDef {
  string name = 1; string op = 2; repeated string input = 3; string device = 4; map<string, AttrValue> attr = 5;
}
message AttrValue {
  oneof value {
    ListValue list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; TensorShapeProto shape = 7;
  }
  message ListValue { repeated bytes s = 2; repeated int64 i = 3; repeated TensorShapeProto shape = 7; }
}
message AudioPluginData { int32 version = 1; int32 encoding = 2; bool converted_to_tensor = 3; }
message PrCurvePluginData { int32 version = 1; uint32 num_thresholds = 2; }
message HParamsPluginData {
  int32 version = 1;
  oneof data { SessionStartInfo session_start_info = 3; SessionEndInfo session_end_info = 4; }
}
message SessionStartInfo {
  map<string, HParam> hparams = 1;
  string model_uri = 2; string monitor_url = 3; string group_name = 4; double start_time_secs = 5;
}
message HParam { oneof kind { double number_value = 2; string string_value = 3; bool bool_value = 4; } }
message SessionEndInfo { int32 status = 1; double end_time_secs = 2; }
`

const { root } = protobuf.parse(source, { keepCase: true })

/** Fields as in the .proto files; bytes are Uint8Array, 64-bit integers numbers, absent fields their defaults. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Decoded = any

export function decodeAs(type: string, bytes: Uint8Array): Decoded {
  const message = root.lookupType(`tensorboard.${type}`)
  const decoded = message.decode(bytes)
  return message.toObject(decoded, { longs: Number, defaults: false, arrays: true, objects: true })
}

/** The events of a file. Throws when a length, a checksum or the end of the file is not as it must be. */
export function decodeFile(bytes: Uint8Array): Decoded[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const events: Decoded[] = []
  let at = 0
  while (at < bytes.length) {
    const length = Number(view.getBigUint64(at, true))
    check(view.getUint32(at + 8, true), bytes.subarray(at, at + 8))
    const data = bytes.subarray(at + 12, at + 12 + length)
    check(view.getUint32(at + 12 + length, true), data)
    events.push(decodeAs('Event', data))
    at += length + 16
  }
  return events
}

function check(stored: number, bytes: Uint8Array): void {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  crc = ~crc >>> 0
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
  if (stored !== masked) throw new Error(`A checksum is ${stored}, but the bytes give ${masked}.`)
}
