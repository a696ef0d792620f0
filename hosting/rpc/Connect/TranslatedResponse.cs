using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Rpc.Connect;

/// <summary>
/// Tells gRPC that its answer has begun, by which it chooses between headers and trailers, while the answer of Connect is still to be sent.
/// </summary>
sealed class TranslatedResponse(IHttpResponseFeature outer, Func<bool> hasStarted) : IHttpResponseFeature
{
    public bool HasStarted => hasStarted();

    public int StatusCode { get => outer.StatusCode; set => outer.StatusCode = value; }

    public string? ReasonPhrase { get => outer.ReasonPhrase; set => outer.ReasonPhrase = value; }

    public IHeaderDictionary Headers { get => outer.Headers; set => outer.Headers = value; }

    /// <summary>Not used: the body has a feature of its own.</summary>
    public Stream Body { get; set; } = Stream.Null;

    public void OnStarting(Func<object, Task> callback, object state) => outer.OnStarting(callback, state);

    public void OnCompleted(Func<object, Task> callback, object state) => outer.OnCompleted(callback, state);
}
