using Grpc.Core;
using Headgate.JobCoordinator.Access.Methods;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>Which texts of a request are taken.</summary>
public sealed class RequestTextsTests
{
    [Theory]
    [InlineData("id", "7\0", "key.values")]
    [InlineData("i\0d", "7", "key.values")]
    [InlineData("id", "7", null)]
    public void Names_and_values_of_keys_are_looked_at_as_other_texts_are(string field, string value, string? wrong)
    {
        var request = new ListChangesRequest { Object = "public.things", Key = new RecordKey { Values = { [field] = value } } };

        var error = Record.Exception(() => RequestTexts.Check(request)) as RpcException;

        Assert.Equal(wrong is null ? null : StatusCode.InvalidArgument, error?.StatusCode);
        if (wrong is not null) Assert.StartsWith($"{wrong}: ", error!.Status.Detail, StringComparison.Ordinal);
    }
}
