using System.Net.Sockets;
using Headgate.Connectors.Postgres.Errors;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Errors;

public sealed class PostgresProblemTests
{
    const string Planted = "planted-value";

    [Theory]
    [InlineData("22001", "record-rejected", false)]
    [InlineData("22P02", "record-rejected", false)]
    [InlineData("22003", "record-rejected", false)]
    [InlineData("22999", "record-rejected", false)]
    [InlineData("23505", "record-rejected", false)]
    [InlineData("23502", "record-rejected", false)]
    [InlineData("P0001", "server-error", false)]
    [InlineData("XX000", "server-error", false)]
    [InlineData("54000", "server-error", false)]
    [InlineData("58030", "server-io", true)]
    public void A_message_that_can_hold_a_value_is_replaced(string state, string code, bool retryable)
    {
        var error = PostgresProblem.From(Server(state, $"bad \"{Planted}\""), "Object public.t");

        Assert.Equal((code, retryable, state), (error.Problem.Code, error.Problem.Retryable, error.Problem.SqlState));
        Assert.StartsWith("Object public.t: ", error.Message);
        AssertNothingPlanted(error);
    }

    [Theory]
    [InlineData("08006", "unreachable", true)]
    [InlineData("57P01", "unreachable", true)]
    [InlineData("57P03", "unreachable", true)]
    [InlineData("28P01", "password", false)]
    [InlineData("28000", "password", false)]
    [InlineData("3D000", "database-missing", false)]
    [InlineData("42501", "permission", false)]
    [InlineData("42P01", "object-missing", false)]
    [InlineData("42703", "column-missing", false)]
    [InlineData("57014", "statement-timeout", true)]
    [InlineData("55P03", "lock-timeout", true)]
    [InlineData("40P01", "deadlock", true)]
    [InlineData("40001", "deadlock", true)]
    [InlineData("53100", "disk-full", true)]
    [InlineData("53300", "too-many-connections", true)]
    [InlineData("25006", "read-only", false)]
    public void A_message_that_names_objects_only_is_kept(string state, string code, bool retryable)
    {
        var error = PostgresProblem.From(Server(state, "some words"), "Object public.t");

        Assert.Equal((code, retryable), (error.Problem.Code, error.Problem.Retryable));
        Assert.Equal("Object public.t: some words.", error.Message);
        Assert.Equal(LoadRemedy.None, error.Remedy);
        AssertNothingPlanted(error);
    }

    [Fact]
    public void A_message_that_a_function_raised_is_replaced_whatever_its_code()
    {
        var error = PostgresProblem.From(Server("42501", Planted, where: $"PL/pgSQL function f() {Planted}"), "Object public.t");

        Assert.Equal("permission", error.Problem.Code);
        AssertNothingPlanted(error);
    }

    [Theory]
    [InlineData("25006", "the session may only read")]
    [InlineData("40001", "another transaction was in the way")]
    [InlineData("40P01", "another transaction was in the way")]
    [InlineData("53100", "the server's disk is full")]
    [InlineData("53200", "the server is out of memory")]
    [InlineData("55P03", "a lock was not had in time")]
    [InlineData("57014", "the statement took too long")]
    [InlineData("57P01", "the server has ended the session")]
    [InlineData("57P02", "the server has ended the session")]
    [InlineData("57P03", "the server has ended the session")]
    public void What_interrupts_a_copy_is_told_in_words_of_our_own(string state, string cause)
    {
        var error = PostgresProblem.From(Server(state, Planted, where: $"COPY t, line 7: \"{Planted}\""), "Object public.t");

        Assert.Equal($"Object public.t: {cause}.", error.Message);
        AssertNothingPlanted(error);
    }

    [Fact]
    public void A_rejected_record_is_told_by_column_constraint_and_table()
    {
        var error = PostgresProblem.From(Server("23505", Planted, column: "id", constraint: "t_pkey", table: "t"), "Object public.t");

        Assert.Equal("Object public.t: a unique key is there already (column \"id\", constraint \"t_pkey\", table \"t\").", error.Message);
        Assert.Equal((LoadRemedy.Halve, "t_pkey", "id"), (error.Remedy, error.Constraint, error.Column));
    }

    [Fact]
    public void Socket_errors_are_told_by_their_cause()
    {
        var refused = new NpgsqlException($"Failed to connect to {Planted}", new SocketException((int)SocketError.ConnectionRefused));
        var timedOut = new NpgsqlException(Planted, new TimeoutException(Planted));
        var ended = new NpgsqlException(Planted, new EndOfStreamException(Planted));

        Assert.Equal("Source cannot be reached: connection refused.", PostgresProblem.From(refused, "Source").Message);
        Assert.Equal("Source cannot be reached: timed out.", PostgresProblem.From(timedOut, "Source").Message);
        Assert.Equal("Source cannot be reached: the connection was lost.", PostgresProblem.From(ended, "Source").Message);
        Assert.All([refused, timedOut, ended], e => Assert.True(PostgresProblem.From(e, "Source").Problem is { Code: "unreachable", Retryable: true }));
    }

    [Fact]
    public void Anything_else_is_told_by_its_type_alone()
    {
        var error = PostgresProblem.From(new InvalidCastException(Planted), "Object public.t");

        Assert.Equal("unexpected", error.Problem.Code);
        AssertNothingPlanted(error);
    }

    [Fact]
    public void A_problem_that_is_known_stays_as_it_is()
    {
        var known = PostgresProblem.Of("key-null", "sentence");

        Assert.Same(known, PostgresProblem.From(known, "other"));
    }

    static PostgresException Server(
        string state, string message, string? where = null, string? column = null, string? constraint = null, string? table = null) =>
        new(message, "ERROR", "ERROR", state, detail: Planted, hint: Planted, internalQuery: Planted, where: where, columnName: column,
            constraintName: constraint, tableName: table);

    static void AssertNothingPlanted(ConnectorException error)
    {
        Assert.DoesNotContain(Planted, error.ToString());
        Assert.Null(error.InnerException);
    }
}
