using System.Text;
using Npgsql;

namespace Headgate.PrivateServers.Stack;

/// <summary>How to reach everything, as lines for a shell to read.</summary>
internal static class ServersEnvironment
{
    public static string For(PrivatePostgres postgres, PrivateRabbitMq rabbitMq, IReadOnlyList<ServiceLogin> logins)
    {
        var database = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = ServiceDatabase.Name };
        var lines = new StringBuilder();
        Add("HEADGATE_ADMIN_PG", database.ConnectionString);
        Add("HEADGATE_ADMIN_AMQP", rabbitMq.AmqpUri.ToString());
        Add("HEADGATE_MANAGEMENT", rabbitMq.ManagementUri.ToString());
        Add("HEADGATE_MANAGEMENT_USER", rabbitMq.User);
        Add("HEADGATE_MANAGEMENT_PASSWORD", rabbitMq.Password);
        foreach (var login in logins)
        {
            var service = login.Service.ToUpperInvariant();
            var state = new NpgsqlConnectionStringBuilder(database.ConnectionString)
            {
                Username = login.Role,
                Password = login.Password,
                SearchPath = login.Schema,
            };
            Add($"HEADGATE_{service}_STATE", state.ConnectionString);
            Add($"HEADGATE_{service}_AMQP", rabbitMq.AmqpUriFor(login.Role, login.Password).ToString());
        }

        return lines.ToString();

        void Add(string key, string value) => lines.Append(key).Append("='").Append(value.Replace("'", @"'\''", StringComparison.Ordinal)).Append("'\n");
    }
}
