namespace Headgate.PrivateServers.Postgres;

internal sealed record PostgresLogin(string User, string Password)
{
    public override string ToString() => User;
}
