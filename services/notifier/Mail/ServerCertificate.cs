using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Headgate.Notifier.Mail;

/// <summary>Whether a mail server's certificate is good: by the machine's authorities, or by those of a file and no others.</summary>
sealed class ServerCertificate(string? caFile)
{
    public bool IsGood(X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (caFile is null || certificate is null) return errors == SslPolicyErrors.None;
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(caFile);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()));
    }
}
