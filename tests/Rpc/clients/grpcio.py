# /usr/bin/python3 grpcio.py HOST:PORT FILE_DESCRIPTOR_SET
import json
import sys
import traceback

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

address, descriptors = sys.argv[1:]
pool = descriptor_pool.DescriptorPool()
with open(descriptors, "rb") as file:
    for proto in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
        pool.Add(proto)
factory = message_factory.MessageFactory(pool)
service = pool.FindServiceByName("headgate.rpc.testing.v1.ProbeService")
channel = grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)])


def message(name, **fields):
    return factory.GetPrototype(pool.FindMessageTypeByName("headgate.rpc.testing.v1." + name))(**fields)


def method(name):
    defined = service.methods_by_name[name]
    kind = {"Count": "unary_stream", "Sum": "stream_unary", "Chat": "stream_stream"}.get(name, "unary_unary")
    return getattr(channel, kind)(
        f"/{service.full_name}/{name}",
        request_serializer=lambda request: request.SerializeToString(),
        response_deserializer=factory.GetPrototype(defined.output_type).FromString,
    )


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("It did not fail.")


def equal(actual, expected):
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def unary():
    response = method("Echo")(message("EchoRequest", text="grüße", number=2**63 - 1))
    equal((response.text, response.number), ("grüße", 2**63 - 1))


def metadata():
    response, call = method("Echo").with_call(
        message("EchoRequest"), metadata=[("x-want-metadata", "1"), ("x-bytes-bin", b"\x01\x02\xff")]
    )
    equal(response.headers["x-bytes-bin"], "0102FF")
    head, tail = dict(call.initial_metadata()), dict(call.trailing_metadata())
    equal((head["x-head"], head["x-head-bin"]), ("head", b"\x00\xff\x01"))
    equal((tail["x-tail"], tail["x-tail-bin"]), ("tail", b"\x02\xfe\x03"))


def large():
    response = method("Echo")(message("EchoRequest", text="x" * 900_000, padding=10_000_000))
    equal((len(response.text), len(response.padding)), (900_000, 10_000_000))


def gzip():
    response = method("Echo")(message("EchoRequest", text="x" * 100_000), compression=grpc.Compression.Gzip)
    equal(len(response.text), 100_000)


def server_stream():
    equal([answer.number for answer in method("Count")(message("CountRequest", to=1000))], list(range(1, 1001)))


def error_after_messages():
    numbers = []

    def read():
        for answer in method("Count")(message("CountRequest", to=9, fail_after=3)):
            numbers.append(answer.number)

    error = failure(read)
    equal((numbers, error.code(), error.details()), ([1, 2, 3], grpc.StatusCode.ABORTED, "failed after 3"))


def client_stream():
    response = method("Sum")(message("SumRequest", number=number) for number in range(1, 101))
    equal((response.sum, response.count), (5050, 100))


def duplex():
    answers = method("Chat")(message("ChatRequest", text=text) for text in "abc")
    equal([answer.text for answer in answers], ["a", "b", "c"])


def deadline():
    error = failure(lambda: method("Wait")(message("WaitRequest", call="grpcio-deadline"), timeout=0.3))
    equal(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED)


def cancel():
    answers = method("Count")(message("CountRequest", to=1, call="grpcio-cancel"))
    next(answers)
    answers.cancel()
    equal(failure(lambda: next(answers)).code(), grpc.StatusCode.CANCELLED)


def error_with_details():
    error = failure(lambda: method("Fail")(message("FailRequest", code=9, message="größe", kind="details")))
    equal((error.code(), error.details()), (grpc.StatusCode.FAILED_PRECONDITION, "größe"))
    status = factory.GetPrototype(pool.FindMessageTypeByName("google.rpc.Status"))
    details = status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"]).details
    equal([detail.TypeName() for detail in details], ["google.rpc.BadRequest", "google.rpc.PreconditionFailure"])


def unimplemented():
    call = channel.unary_unary(f"/{service.full_name}/No", request_serializer=bytes, response_deserializer=bytes)
    equal(failure(lambda: call(b"")).code(), grpc.StatusCode.UNIMPLEMENTED)


def many_at_once():
    calls = [method("Echo").future(message("EchoRequest", number=number)) for number in range(500)]
    equal([call.result().number for call in calls], list(range(500)))


outcomes = {}
for scenario in (
    unary, metadata, large, gzip, server_stream, error_after_messages, client_stream, duplex, deadline, cancel,
    error_with_details, unimplemented, many_at_once,
):
    try:
        scenario()
        outcomes[scenario.__name__] = "ok"
    except Exception:
        outcomes[scenario.__name__] = traceback.format_exc()
print(json.dumps(outcomes))
