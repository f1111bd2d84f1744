"""What tests of several folders share: what this machine offers, and a real SFTP server."""
