import argparse
import base64


def parse(argv):
    parser = argparse.ArgumentParser(description="It's a tool that signs")
    parser.add_argument("--key", default="@KEY@", help="the key; don't share it")
    parser.add_argument("text", nargs="?", default="hello")
    return parser.parse_args(argv)


def main(argv=None):
    args = parse(argv)
    token = base64.b64encode(f"{args.key}:".encode()).decode()
    print("Basic " + token, args.text)


if __name__ == "__main__":
    main([])
