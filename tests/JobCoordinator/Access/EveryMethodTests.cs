using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>Every method, for every kind of caller, about everything that it can be about.</summary>
public sealed class EveryMethodTests(EveryMethodServer all) : IClassFixture<EveryMethodServer>
{
    public static TheoryData<string> Methods() => [.. EveryMethodServer.Methods.Keys];

    [Fact]
    public void Table_has_every_method() => Assert.Equal(EveryMethodServer.Methods.Keys.Order(), WhoMayCallWhat.Table.Keys.Order());

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Without_a_key_that_is_good_nothing_is_reached(string name)
    {
        var method = EveryMethodServer.Methods[name];
        var request = Requests(method, all.OwnThings).First().Request;

        foreach (var (why, secret) in all.NoGood) await ExpectAsync(method, request, secret, StatusCode.Unauthenticated, $"a key that is {why}");
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task What_is_the_callers_own_is_reached_from_the_least_role_on(string name)
    {
        var method = EveryMethodServer.Methods[name];

        foreach (var (secret, role, _) in all.Callers)
        {
            var expected = role >= WhoMayCallWhat.Table[name].Least ? StatusCode.OK : StatusCode.PermissionDenied;
            foreach (var (way, _, request) in Requests(method, all.OwnThings)) await ExpectAsync(method, request, secret, expected, $"{role}, {way}");
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task What_is_foreign_is_denied_by_name_and_not_there_by_id(string name)
    {
        var method = EveryMethodServer.Methods[name];

        foreach (var (secret, role, isOfAll) in all.Callers)
        {
            foreach (var (way, isById, request) in Requests(method, all.ForeignThings).Where(each => each.IsById is not null))
            {
                var expected = role < WhoMayCallWhat.Table[name].Least ? StatusCode.PermissionDenied
                    : isOfAll ? StatusCode.OK
                    : isById == true ? StatusCode.NotFound : StatusCode.PermissionDenied;
                await ExpectAsync(method, request, secret, expected, $"{role}{(isOfAll ? " of all" : "")}, {way}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Foreign_id_is_answered_to_the_letter_as_one_that_does_not_exist(string name)
    {
        var method = EveryMethodServer.Methods[name];
        var caller = all.Callers.Single(each => each is { Role: Role.Admin, IsOfAll: false }).Secret;
        var missing = Things.Missing(EveryMethodServer.Foreign);

        foreach (var way in Way.Of(method).Where(way => way.IsById))
        {
            var foreign = await all.Server.CallAsync(method, way.Request(all.ForeignThings), caller, NewId());
            var none = await all.Server.CallAsync(method, way.Request(missing), caller, NewId());

            Assert.Equal(StatusCode.NotFound, none?.StatusCode);
            Assert.Equal(Without(none!, missing), Without(foreign!, all.ForeignThings));
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Request_about_nothing_is_invalid_where_the_method_is_about_something(string name)
    {
        var method = EveryMethodServer.Methods[name];
        var expected = WhoMayCallWhat.Table[name].Scope == Scope.Project ? StatusCode.InvalidArgument : StatusCode.OK;

        foreach (var (secret, _, _) in all.Callers.Where(each => each.Role == Role.Admin))
            await ExpectAsync(method, method.InputType.Parser.ParseFrom([]), secret, expected, "nothing named");
    }

    [Fact]
    public async Task To_abandon_many_jobs_takes_an_administrator()
    {
        var abandon = new OperateJobsRequest { Filter = new JobFilter(), Abandon = new OperateJobsRequest.Types.Abandon() };

        foreach (var (secret, role, _) in all.Callers)
        {
            await ExpectAsync(
                EveryMethodServer.Methods["JobService.OperateJobs"], abandon, secret, role == Role.Admin ? StatusCode.OK : StatusCode.PermissionDenied, $"{role}");
        }
    }

    [Fact]
    public async Task Keys_of_all_projects_are_made_and_revoked_only_by_keys_of_all_projects()
    {
        var create = new CreateApiKeyRequest { Name = "more", Role = Role.Admin, AllProjects = true };
        var revoke = new RevokeApiKeyRequest { Id = all.KeyOfAll.ToString() };

        foreach (var (secret, role, isOfAll) in all.Callers.Where(each => each.Role == Role.Admin))
        {
            await ExpectAsync(EveryMethodServer.Methods["AccessService.CreateApiKey"], create, secret, isOfAll ? StatusCode.OK : StatusCode.PermissionDenied, $"{role}");
            await ExpectAsync(EveryMethodServer.Methods["AccessService.RevokeApiKey"], revoke, secret, isOfAll ? StatusCode.OK : StatusCode.NotFound, $"{role}");
        }
    }

    [Theory]
    [InlineData("own", "", "id")]
    [InlineData("own", "contacts", "id")]
    [InlineData("", "", "")]
    [InlineData("own", "", "")]
    [InlineData("", "contacts", "")]
    [InlineData("", "", "none")]
    public async Task Reference_to_two_pipelines_or_to_none_is_invalid(string project, string name, string id)
    {
        var reference = new PipelineReference { Project = project, Name = name, Id = id == "id" ? all.ForeignThings.PipelineId : id };

        foreach (var (secret, role, _) in all.Callers)
        {
            await ExpectAsync(
                EveryMethodServer.Methods["PipelineService.GetPipeline"], new GetPipelineRequest { Pipeline = reference }, secret, StatusCode.InvalidArgument, $"{role}");
            await ExpectAsync(
                EveryMethodServer.Methods["JobService.GetJob"],
                new GetJobRequest { Job = new JobReference { Pipeline = reference } }, secret, StatusCode.InvalidArgument, $"{role}");
        }
    }

    async Task ExpectAsync(MethodDescriptor method, IMessage request, string? secret, StatusCode expected, string of)
    {
        var callId = NewId();
        var error = await all.Server.CallAsync(method, request, secret, callId);
        Assert.True(expected == (error?.StatusCode ?? StatusCode.OK), $"{method.Name} of {of}: {error?.Status.ToString() ?? "OK"}, expected {expected}");
        Assert.Equal(expected == StatusCode.OK, all.Reached.Has(callId));
    }

    /// <summary>Every way to name the things; of methods that are about files, or about all that the key is bound to, one that names none.</summary>
    static IEnumerable<(string Way, bool? IsById, IMessage Request)> Requests(MethodDescriptor method, Things things)
    {
        foreach (var way in Way.Of(method)) yield return (way.Name, way.IsById, way.Request(things));
        var files = new ApplyPipelineRequest { Files = { new ApplyPipelineRequest.Types.File { File_ = new PipelineFile() } } };
        if (method.InputType == ApplyPipelineRequest.Descriptor) yield return ("files", null, files);
        if (method.InputType == DryRunRequest.Descriptor) yield return ("a file", null, new DryRunRequest { File = new PipelineFile() });
        if (WhoMayCallWhat.Table[$"{method.Service.Name}.{method.Name}"].Scope == Scope.Key) yield return ("no project", null, method.InputType.Parser.ParseFrom([]));
    }

    static string Without(RpcException error, Things things) =>
        new[] { things.PipelineId, things.Job, things.Request, things.Key }.Aggregate($"{error.Status.Detail} {error.GetRpcStatus()}", (text, id) => text.Replace(id, "ID"));

    static string NewId() => Guid.NewGuid().ToString();
}
