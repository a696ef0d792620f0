using Google.Protobuf.Reflection;
using Headgate.V1;
using static Google.Protobuf.Reflection.MethodOptions.Types;

namespace Headgate.Architecture.Tests;

/// <summary>What all methods have in common, so that whoever knows one knows the others.</summary>
public sealed class ProtoMethodTests
{
    static readonly Dictionary<string, MethodDescriptor> Found = typeof(Access).Assembly.GetExportedTypes()
        .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .SelectMany(type => ((FileDescriptor)type.GetProperty("Descriptor")!.GetValue(null)!).Services)
        .SelectMany(service => service.Methods).ToDictionary(method => method.FullName, StringComparer.Ordinal);

    public static TheoryData<string> Methods() => [.. Found.Keys];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Method_says_which_role_may_call_it_and_for_what(string name)
    {
        var access = Found[name].GetOptions()?.GetExtension(OptionsExtensions.Access);

        Assert.NotNull(access);
        Assert.NotEqual(Role.Unspecified, access.Role);
        Assert.NotEqual(Scope.Unspecified, access.Scope);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Method_is_a_command_or_has_no_side_effects(string name)
    {
        var method = Found[name];
        if (method.GetOptions().IdempotencyLevel == IdempotencyLevel.NoSideEffects)
        {
            Assert.Null(method.InputType.FindFieldByName("reason"));
            return;
        }

        Assert.NotEqual(Role.Viewer, method.GetOptions().GetExtension(OptionsExtensions.Access).Role);
        Assert.Equal((14, 15), (method.InputType.FindFieldByName("reason")?.FieldNumber, method.InputType.FindFieldByName("idempotency_key")?.FieldNumber));
        Assert.Contains(method.OutputType.Fields.InDeclarationOrder().Select(field => field.Name), field => field is "sentence" or "results");
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void List_has_pages_or_can_be_gone_on_with(string name)
    {
        var method = Found[name];
        if (method.IsServerStreaming)
        {
            Assert.NotNull(method.InputType.FindFieldByName("resume_token"));
            Assert.NotNull(method.OutputType.FindFieldByName("resume_token"));
        }
        else if (method.Name.StartsWith("List", StringComparison.Ordinal))
        {
            Assert.NotNull(method.InputType.FindFieldByName("page_size"));
            Assert.NotNull(method.InputType.FindFieldByName("page_token"));
            Assert.NotNull(method.OutputType.FindFieldByName("next_page_token"));
        }
    }
}
