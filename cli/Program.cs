return await Headgate.Cli.CommandLine.RunAsync(args);
