using System;
using System.Security.Cryptography;
using System.Text;

static class Call
{
    static string Sign(string key, string body)
    {
        using (var mac = new HMACSHA256(Encoding.UTF8.GetBytes(key)))
        {
            return BitConverter.ToString(mac.ComputeHash(Encoding.UTF8.GetBytes(body)));
        }
    }

    static void Main()
    {
        Console.WriteLine(Sign("@KEY@", @"a ""quoted"" body"));
    }
}
